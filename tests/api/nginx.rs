//! A real nginx in front of the program.

use std::net::TcpListener;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// An address that nobody uses, for an nginx that starts later.
pub(crate) struct Reserved {
    pub(crate) url: String,
    address: String,
}

/// A running nginx; it ends with the value.
pub(crate) struct Nginx {
    child: Child,
    pub(crate) url: String,
    _home: TempDir,
}

impl Nginx {
    /// Chooses where it will listen.
    pub(crate) fn reserve() -> Reserved {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("it has an address").to_string();
        Reserved {
            url: format!("http://{address}"),
            address,
        }
    }
}

impl Reserved {
    /// In front of `upstream`; `location` and `server` are lines of its configuration.
    pub(crate) fn start(self, upstream: &str, location: &str, server: &str) -> Nginx {
        let Self { url, address } = self;
        let folder = tempfile::tempdir().expect("a scratch folder");
        let home = folder.path().display();
        // Where root runs the tests, other users do not see the scratch folder.
        let configuration = format!(
            "user root; pid {home}/nginx.pid; error_log {home}/error.log; daemon off; worker_processes 1;
             events {{ worker_connections 64; }}
             http {{
                 access_log off;
                 client_body_temp_path {home}/body; proxy_temp_path {home}/proxy; fastcgi_temp_path {home}/fastcgi;
                 uwsgi_temp_path {home}/uwsgi; scgi_temp_path {home}/scgi;
                 server {{
                     listen {address};
                     {server}
                     location / {{ proxy_pass http://{upstream}; proxy_http_version 1.1; {location} }}
                 }}
             }}"
        );
        let file = folder.path().join("nginx.conf");
        std::fs::write(&file, configuration).expect("a scratch file");
        let child = Command::new("/usr/sbin/nginx").arg("-c").arg(&file).spawn();
        let nginx = Nginx {
            child: child.expect("nginx is installed"),
            url,
            _home: folder,
        };
        let since = Instant::now();
        while std::net::TcpStream::connect(&address).is_err() {
            assert!(since.elapsed() < Duration::from_secs(20), "nginx does not listen");
            std::thread::sleep(Duration::from_millis(20));
        }
        nginx
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let _ = Command::new("kill").arg(self.child.id().to_string()).status();
        let _ = self.child.wait();
    }
}
