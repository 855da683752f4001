//! Whether certificates are valid at the time of a verification.

use std::ffi::{c_int, c_ulong};

use crate::clock;
use crate::libcrypto::ffi;
use crate::libcrypto::x509::X509;

/// The time of a verification: seconds since 1970, or `None` if validity is not checked.
pub struct Clock(Option<i64>);

impl Clock {
    /// The time that the parameters set, or else now.
    ///
    /// # Safety
    /// `param` is live.
    pub unsafe fn of(param: *mut ffi::X509_VERIFY_PARAM) -> Self {
        const USE_CHECK_TIME: c_ulong = 0x2;
        const NO_CHECK_TIME: c_ulong = 0x20_0000;
        // SAFETY: live parameters, as the caller promises.
        unsafe {
            let flags = ffi::X509_VERIFY_PARAM_get_flags(param);
            Self(if flags & USE_CHECK_TIME != 0 {
                Some(ffi::X509_VERIFY_PARAM_get_time(param))
            } else if flags & NO_CHECK_TIME != 0 {
                None
            } else {
                Some(clock::now())
            })
        }
    }

    /// Whether libcrypto would find the certificate valid; false also when that is not certain.
    pub fn is_valid(&self, certificate: &X509) -> bool {
        let Some(now) = self.0 else {
            return true;
        };
        // SAFETY: a live certificate, whose times live as long.
        let (not_before, not_after) = unsafe {
            let raw = certificate.as_ptr();
            (
                seconds_of(ffi::X509_get0_notBefore(raw)),
                seconds_of(ffi::X509_get0_notAfter(raw)),
            )
        };
        // libcrypto takes the end itself for expired.
        let (Some(not_before), Some(not_after)) = (not_before, not_after) else {
            return false;
        };
        not_before <= now && now < not_after
    }
}

/// A time in seconds since 1970; `None` unless it has one of the two forms of RFC 5280, section
/// 4.1.2.5, and lies after 1970.
///
/// # Safety
/// `time` is NULL or live.
unsafe fn seconds_of(time: *const ffi::ASN1_TIME) -> Option<i64> {
    const UTC_TIME: c_int = 23;
    const GENERALIZED_TIME: c_int = 24;
    if time.is_null() {
        return None;
    }
    // SAFETY: a live string of bytes, as the caller promises, with as many bytes as it says.
    let (form, text) = unsafe {
        let string = time.cast::<ffi::ASN1_STRING>();
        let length = usize::try_from(ffi::ASN1_STRING_length(string)).ok()?;
        let data = ffi::ASN1_STRING_get0_data(string);
        if length == 0 || data.is_null() {
            return None;
        }
        let text = std::slice::from_raw_parts(data, length);
        (ffi::ASN1_STRING_type(string), text)
    };
    match (form, text) {
        (UTC_TIME, [digits @ .., b'Z']) if digits.len() == 12 => {
            let year = number(&digits[..2])?;
            let century = if year < 50 { 2000 } else { 1900 };
            seconds(century + year, &digits[2..])
        }
        (GENERALIZED_TIME, [digits @ .., b'Z']) if digits.len() == 14 => {
            seconds(number(&digits[..4])?, &digits[4..])
        }
        _ => None,
    }
}

/// Seconds since 1970; `rest` is month, day, hour, minute and second, with two digits each.
fn seconds(year: i64, rest: &[u8]) -> Option<i64> {
    let mut numbers = [0; 5];
    for (number_read, digits) in numbers.iter_mut().zip(rest.chunks_exact(2)) {
        *number_read = number(digits)?;
    }
    let [month, day, hour, minute, second] = numbers;
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days_of_month = match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    let is_possible = year >= 1970
        && (1..=12).contains(&month)
        && (1..=days_of_month).contains(&day)
        && hour < 24
        && minute < 60
        && second < 60;
    is_possible.then(|| ((days(year, month, day) * 24 + hour) * 60 + minute) * 60 + second)
}

/// Days from 1970-01-01 to a date of the Gregorian calendar. Years begin in March here, so that the
/// additional day of a leap year is the last.
fn days(year: i64, month: i64, day: i64) -> i64 {
    const TO_1970: i64 = 719_468;
    let year = if month > 2 { year } else { year - 1 };
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    year * 365 + year / 4 - year / 100 + year / 400 + of_year - TO_1970
}

fn number(digits: &[u8]) -> Option<i64> {
    digits.iter().try_fold(0, |number, digit| {
        let digit = digit.is_ascii_digit().then(|| i64::from(digit - b'0'))?;
        Some(number * 10 + digit)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::CString;

    unsafe extern "C" {
        fn X509_cmp_time(time: *const ffi::ASN1_TIME, than: *mut i64) -> c_int;
    }

    /// A time in ASN.1, as libcrypto has it.
    struct Time(*mut ffi::ASN1_STRING);

    impl Time {
        fn new(form: c_int, text: &str) -> Self {
            // SAFETY: a new string, to which the text is copied.
            unsafe {
                let string = ffi::ASN1_STRING_type_new(form);
                let text = CString::new(text).unwrap();
                ffi::ASN1_STRING_set(string, text.as_ptr().cast(), text.as_bytes().len() as c_int);
                Self(string)
            }
        }

        /// What this module makes of it.
        fn seconds(&self) -> Option<i64> {
            // SAFETY: a live time.
            unsafe { seconds_of(self.0.cast()) }
        }

        /// `X509_cmp_time(3)`: 0 for a malformed time, negative if it is not after `now`.
        fn compared_with(&self, mut now: i64) -> c_int {
            // SAFETY: a live time.
            let order = unsafe { X509_cmp_time(self.0.cast(), &mut now) };
            crate::libcrypto::error_queue::clear();
            order
        }
    }

    impl Drop for Time {
        fn drop(&mut self) {
            // SAFETY: owned, last use.
            unsafe { ffi::ASN1_STRING_free(self.0) };
        }
    }

    #[test]
    fn times_are_those_of_libcrypto() {
        for (form, text) in [
            (23, "700101000000Z"),
            (23, "991231235959Z"),
            (23, "000229120000Z"),
            (23, "491231235959Z"),
            (24, "20000229235959Z"),
            (24, "20261201010203Z"),
            (24, "21000301000000Z"),
            (24, "99991231235959Z"),
        ] {
            let time = Time::new(form, text);
            let seconds = time.seconds().unwrap();
            assert!(time.compared_with(seconds) < 0, "{text}");
            assert!(time.compared_with(seconds - 1) > 0, "{text}");
        }
    }

    #[test]
    fn each_day_of_eighty_years_is_that_of_libcrypto() {
        for day in (0..365 * 80).step_by(13) {
            let seconds = day * 86_400 + day;
            // SAFETY: a new time, which is dropped.
            let time = Time(unsafe { ffi::ASN1_TIME_set(std::ptr::null_mut(), seconds) }.cast());
            assert_eq!(time.seconds(), Some(seconds));
        }
    }

    #[test]
    fn what_libcrypto_rejects_or_what_is_before_1970_has_no_seconds() {
        for (form, text) in [
            (23, "2612010102Z"),
            (23, "261201010203+0100"),
            (23, "26120101020aZ"),
            (23, "261301010203Z"),
            (23, "260229010203Z"),
            (23, "261200010203Z"),
            (23, "261201240203Z"),
            (23, "261201016003Z"),
            (23, "261201010260Z"),
            (23, "20261201010203Z"),
            (24, "261201010203Z"),
            (24, "20261201010203.5Z"),
            (24, "20261201010203"),
            (24, "19691231235959Z"),
            (4, "261201010203Z"),
            (23, ""),
        ] {
            assert_eq!(Time::new(form, text).seconds(), None, "{text}");
        }
    }
}
