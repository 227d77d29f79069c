//! What a person's SELECT may call and cast to. Whatever is not named here is refused: a function that reads a file, sleeps,
//! changes a setting or runs text as SQL needs no list of its own.

/// Functions that compute with their arguments and nothing else, in the words of any store.
const FUNCTIONS: &str = "\
    any_value approx_count_distinct approx_quantile arg_max arg_min array_agg avg bit_and bit_or bool_and bool_or \
    corr count countif count_if covar_pop covar_samp every first geomean grouping grouparray groupuniqarray \
    histogram kurtosis last list mad max max_by median min min_by mode percentile_cont percentile_disc product \
    quantile quantile_cont quantile_disc quantileexact quantileexactinclusive quantiles regr_intercept regr_r2 \
    regr_slope skewness stddev stddev_pop stddev_samp string_agg sum sumif uniq uniqexact var_pop var_samp variance \
    windowfunnel \
    cume_dist dense_rank first_value lag last_value lead nth_value ntile percent_rank rank row_number \
    coalesce greatest if ifnull least multiif nullif \
    abs acos asin atan atan2 cbrt ceil ceiling cos degrees div exp floor intdiv isfinite isinf isnan ln log log10 \
    log2 mod pi pow power radians round sign sin sqrt tan todecimal64 tofloat64 toint64 trunc truncate width_bucket \
    ascii bit_length btrim char char_length character_length chr concat concat_ws contains domain ends_with endswith \
    initcap instr jaccard left length levenshtein lower ltrim md5 octet_length overlay position regexp_count \
    regexp_extract regexp_extract_all regexp_full_match regexp_like regexp_match regexp_matches regexp_replace \
    replace reverse right rtrim sha256 split split_part starts_with startswith str_split string_split strpos substr \
    substring to_char to_number tostring translate trim unicode upper url_decode url_encode \
    date_add date_bin date_diff date_part date_sub date_trunc datediff datepart datesub datetrunc day dayname \
    dayofmonth dayofweek dayofyear epoch epoch_ms epoch_us extract hour isodow last_day make_date make_interval \
    make_timestamp microsecond millisecond minute month monthname quarter second strftime strptime time_bucket \
    timezone to_date to_days to_hours to_minutes to_months to_seconds to_timestamp to_weeks to_years todate \
    todayofweek tohour tomonday tostartofday tostartofhour tostartofinterval tostartofminute tostartofmonth \
    tostartofweek totimezone tounixtimestamp try_strptime week weekday weekofyear year yearweek \
    array_contains array_distinct array_length array_position array_sort array_to_string array_value arrayjoin \
    cardinality element_at flatten has json_array_elements_text json_array_length json_build_array json_build_object \
    json_exists json_extract json_extract_string json_keys json_type json_valid jsonb_array_elements \
    jsonb_array_elements_text jsonb_array_length jsonb_build_array jsonb_build_object jsonb_extract_path \
    jsonb_extract_path_text jsonb_object_keys jsonb_typeof len list_aggregate list_append list_avg list_concat \
    list_contains list_count list_distinct list_extract list_filter list_max list_min list_position list_reduce \
    list_reverse list_slice list_sort list_sum list_transform list_unique list_value map_keys map_values \
    struct_extract struct_pack to_json to_jsonb tojsonstring unnest variant_extract variant_type \
    ";

/// Functions that stand where a table does.
const TABLE_FUNCTIONS: &str = "\
    generate_series range unnest \
    ";

/// Names that a store reads as calls although no parentheses follow; `:from` and `:to` tell the time instead.
const HIDDEN_CALLS: &str = "\
    current_catalog current_database current_date current_role current_schema current_time current_timestamp \
    current_user localtime localtimestamp session_user system_user user \
    ";

/// The words that the name of a type may be made of.
const TYPE_WORDS: &str = "\
    array bigint bool boolean char character date datetime datetime64 decimal double float float32 float4 float64 \
    float8 hugeint int int16 int2 int32 int4 int64 int8 integer interval json jsonb nullable numeric precision real \
    smallint string text time timestamp timestamptz tinyint ubigint uint32 uint64 uinteger utc uuid varchar variant \
    varying with without zone \
    ";

/// Whether a function may be called.
pub(super) fn function(name: &str) -> bool {
    is_among(FUNCTIONS, name)
}

/// Whether a function may stand where a table does.
pub(super) fn table_function(name: &str) -> bool {
    is_among(TABLE_FUNCTIONS, name)
}

/// Whether a bare name is a call in disguise.
pub(super) fn hidden_call(name: &str) -> bool {
    is_among(HIDDEN_CALLS, name)
}

/// Whether values may be cast to a type.
pub(super) fn type_name(name: &str) -> bool {
    name.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_')
        .filter(|word| !word.is_empty() && !word.bytes().all(|byte| byte.is_ascii_digit()))
        .all(|word| is_among(TYPE_WORDS, word))
}

fn is_among(names: &str, name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    names.split_whitespace().any(|known| known == lower)
}
