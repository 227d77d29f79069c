//! What a chart over time draws and what it says: with shares of a sum those are two answers.

use std::borrow::Cow;

use model::answer::TrendAnswer;
use model::dashboard::{Stacking, Unit, WidgetOptions, WidgetType};

use crate::series::{filled, shares};

/// Figures over time with the ways of drawing them.
pub(crate) struct Course<'a> {
    /// The figures whose heights are drawn.
    pub(crate) drawn: Cow<'a, TrendAnswer>,
    /// The options of the value axis.
    pub(crate) axis: Cow<'a, WidgetOptions>,
    /// The figures that are said.
    pub(crate) told: Cow<'a, TrendAnswer>,
    /// The widget's own options.
    pub(crate) options: &'a WidgetOptions,
    /// How series share a bucket.
    pub(crate) stacking: Stacking,
}

impl<'a> Course<'a> {
    pub(crate) fn new(trend: &'a TrendAnswer, options: &'a WidgetOptions, kind: WidgetType) -> Self {
        let told = filled(trend, options.nulls).map_or(Cow::Borrowed(trend), Cow::Owned);
        let stacking = options.stacking_of(kind);
        if stacking != Stacking::Percent {
            return Self {
                drawn: told.clone(),
                axis: Cow::Borrowed(options),
                told,
                options,
                stacking,
            };
        }
        Self {
            drawn: Cow::Owned(shares(&told)),
            axis: Cow::Owned(WidgetOptions {
                unit: Unit::Percent,
                ..options.clone()
            }),
            told,
            options,
            stacking,
        }
    }
}
