//! Names, fields, literals, functions and macros.

use super::check;

#[test]
fn literals_are_read_as_cel_reads_them() {
    check(
        r##"
        "a\n\t\"\\\x41\u00e9\101"             => "a\n\t\"\\AéA"
        'single "double"'                     => "single \"double\""
        r"raw \n"                             => "raw \\n"
        """a "quoted" word"""                 => "a \"quoted\" word"
        '''it's'''                            => "it's"
        "\a\b\f\v\?\`"                        => "\u0007\b\f\u000b?`"
        "\ud800"                              => E-expression-syntax: '\ud800' is not an escape; a backslash itself is written '\\'
        "\q"                                  => E-expression-syntax: '\q' is not an escape; a backslash itself is written '\\'
        "open                                 => E-expression-syntax: the string has no closing quote on its line
        9007199254740992                      => E-expression-syntax: '9007199254740992' is not an integer within ±9007199254740991
        12ab                                  => E-expression-syntax: '12ab' is not an integer within ±9007199254740991
        1.5                                   => E-expression-syntax: decimal numbers are not supported; count in a smaller unit
        1e3                                   => E-expression-syntax: decimal numbers are not supported; count in a smaller unit
        1u                                    => E-expression-syntax: unsigned numbers are not supported; leave out the 'u'
        b"x"                                  => E-expression-syntax: bytes are not supported; use a string
        null                                  => E-expression-syntax: there is no null; ask whether a field is set with has(data.cost)
        {}                                    => E-expression-syntax: braces have no meaning in an expression; there are no map literals
        [1, 2,]                               => [1,2]
        [1, "a"]                              => E-expression-type: this must be int, but it is string
        1 +                                   => E-expression-syntax: the expression ends where something must follow
        1 2                                   => E-expression-syntax: '2' cannot stand here
        (1                                    => E-expression-syntax: the expression ends where something must follow
        size(1,)                              => E-expression-syntax: ')' cannot stand here
        a = 1                                 => E-expression-syntax: the character '=' has no meaning in an expression
        값                                    => E-expression-syntax: the character '값' has no meaning in an expression
        for                                   => E-expression-syntax: 'for' is a reserved word and cannot be a name
        "##,
    );
}

#[test]
fn names_and_fields_are_found_or_said_to_be_missing() {
    check(
        r#"
        data.cost                             => 1200
        data.library.region                   => "region3"
        data.items[1].name                    => "나"
        data.items[0]                         => {"count":2,"name":"가"}
        number + settings.rounds              => 10
        data.note                             => E-expression-failed: 'data.note' is not set
        data.null_note                        => E-expression-failed: 'data.null_note' is not set
        data.branch.name                      => E-expression-failed: 'data.branch' is not set
        data.items[2].count                   => E-expression-failed: 'data.items[2].count' is not set
        none                                  => E-expression-failed: 'none' is not set
        missing                               => E-expression-failed: 'missing' is not set
        data.bad_cost                         => E-expression-failed: 'data.bad_cost' must be int, but it is a string
        data.big                              => E-expression-failed: 'data.big' must be int, but it is the number 9007199254740992
        data.numbers[3]                       => E-expression-failed: there is no item 3 in a list of 3; the first is 0
        data.numbers[-1]                      => E-expression-failed: there is no item -1 in a list of 3; the first is 0
        data.holes                            => E-expression-failed: 'data.holes' must be list of int, but it is a list of other items
        data.mixed[0]                         => 1
        has(data.cost)                        => true
        has(data.note)                        => false
        has(data.null_note)                   => false
        has(data.branch.name)                 => false
        has(data.library.name)                => true
        has(data.cots)                        => E-expression-name: 'data' has no field 'cots'; did you mean 'cost'? (available: cost, name, open, note, null_note, bad_cost, library, branch, at, long, big, numbers)
        has(data)                             => E-expression-type: has(..) needs a field such as has(data.cost)
        dta.cost                              => E-expression-name: there is no 'dta' here; did you mean 'data'? (available: data, missing, none, now, number, results, settings, text)
        settings.cost                         => E-expression-name: 'settings' has no field 'cost' (available: rounds)
        number.x                              => E-expression-type: only a record has fields, but 'number' is int
        number[0]                             => E-expression-type: only a list has items, but 'number' is int
        data.numbers["a"]                     => E-expression-type: this must be int, but it is string
        "#,
    );
}

#[test]
fn functions_do_what_cel_says() {
    check(
        r#"
        size("두레")                           => 2
        "abc".size()                          => 3
        size(data.numbers)                    => 3
        [].size()                             => 0
        size([])                              => 0
        size(1)                               => E-expression-type: size(..) does not work on int
        size()                                => E-expression-type: size(..) takes 1, not 0 arguments
        text.startsWith("ab")                 => true
        text.endsWith("bc")                   => true
        text.contains("x")                    => false
        text.contains("")                     => true
        text.contains(1)                      => E-expression-type: this must be string, but it is int
        startsWith(text, "a")                 => E-expression-name: there is no function 'startsWith'; did you mean 'x.startsWith(..)'? (available: has(..), times(..), reached(..), active(..), size(..), min(..), max(..), sum(..), matches(..), date(..), days(..), businessDays(..), addBusinessDays(..), nextDay(..), timestamp(..), duration(..), bool(..), int(..), string(..))
        min(data.numbers)                     => 1
        data.numbers.max()                    => 3
        sum(data.numbers)                     => 6
        [].sum()                              => 0
        min([])                               => E-expression-failed: min(..) of an empty list
        sum([9007199254740991, 1])            => E-expression-failed: the number passes ±9007199254740991
        max(results)                          => E-expression-type: max(..) does not work on list of string
        sum(data.mixed)                       => E-expression-failed: 'data.mixed[1]' must be int, but it is a string
        int("42")                             => 42
        int(number)                           => 7
        int("4 2")                            => E-expression-type: '4 2' cannot be read as int, such as "42"
        int(text)                             => E-expression-failed: 'abc' cannot be read as int, such as "42"
        string(-5)                            => "-5"
        string(true) + "!"                    => "true!"
        string(data.at)                       => "2017-03-10T01:00:00Z"
        string(data.long)                     => "5400s"
        string([1])                           => E-expression-type: string(..) does not work on list of int
        timestamp("2017-03-10T10:00:00+09:00") == data.at => true
        timestamp("2017-13-01")               => E-expression-type: '2017-13-01' cannot be read as timestamp, such as "2017-03-10T10:00:00+09:00"
        timestamp(text)                       => E-expression-failed: 'abc' cannot be read as timestamp, such as "2017-03-10T10:00:00+09:00"
        timestamp(1)                          => "1970-01-01T00:00:01Z"
        timestamp(true)                       => E-expression-type: timestamp(..) does not work on bool
        timestamp(253402300800)               => E-expression-failed: the time lies outside the years 1 to 9999, or the span is longer than 292 years
        duration("1h30m") == data.long        => true
        duration("-1.5h")                     => "-5400s"
        duration("0.25s")                     => "0.25s"
        duration("0")                         => "0s"
        duration("1x")                        => E-expression-type: '1x' cannot be read as duration, such as "1h30m"
        duration("")                          => E-expression-type: '' cannot be read as duration, such as "1h30m"
        timestamp("2016-12-31T23:59:60Z")     => E-expression-type: '2016-12-31T23:59:60Z' cannot be read as timestamp, such as "2017-03-10T10:00:00+09:00"
        now.getFullYear()                     => 2017
        now.getMonth()                        => 2
        now.getDate()                         => 11
        now.getDayOfWeek()                    => 6
        now.getHours()                        => 0
        now.getMinutes()                      => 30
        now.getHours("+09:00")                => 9
        now.getDate("-01:00")                 => 10
        now.getHours("Asia/Seoul")            => 9
        now.getHours("Asia/Soul")             => E-expression-type: 'Asia/Soul' is not a time zone, such as "Asia/Seoul" or "+09:00"
        now.getHours(text)                    => E-expression-failed: 'abc' is not a time zone, such as "Asia/Seoul" or "+09:00"
        now.getHours("+09:00", "+09:00")      => E-expression-type: getHours(..) takes 0 or 1, not 2 arguments
        number.getHours()                     => E-expression-type: this must be timestamp, but it is int
        times("supplement") < settings.rounds => true
        times("triage")                       => 0
        reached("triage")                     => true
        active("deliver")                     => true
        !active("triage") && reached("triage") => true
        active("tirage")                      => E-expression-name: there is no step 'tirage'; did you mean 'triage'? (available: deliver, supplement, triage)
        active(text)                          => E-expression-name: active(..) needs the name of a step in quotes
        not_reached("triage")                 => E-expression-name: there is no function 'not_reached'; did you mean 'reached(..)'? (available: has(..), times(..), reached(..), active(..), size(..), min(..), max(..), sum(..), matches(..), date(..), days(..), businessDays(..), addBusinessDays(..), nextDay(..), timestamp(..), duration(..), bool(..), int(..), string(..))
        times("suplement")                    => E-expression-name: there is no step 'suplement'; did you mean 'supplement'? (available: deliver, supplement, triage)
        reached(text)                         => E-expression-name: reached(..) needs the name of a step in quotes
        "#,
    );
}

#[test]
fn dates_are_counted_in_days_and_moments_have_a_date_in_a_zone() {
    check(
        r#"
        date("2017-03-10")                    => "2017-03-10T00:00:00Z"
        date("2017-03-10", "Asia/Seoul")      => "2017-03-09T15:00:00Z"
        date("2017-03-10", "+09:00") == date("2017-03-10", "Asia/Seoul") => true
        (date("2017-03-10") - date("2017-02-27")).getDays() => 11
        (date("2016-03-01") - date("2016-02-28")).getDays() => 2
        (date("2017-03-10") + days(30)).isoDate() => "2017-04-09"
        (date("2017-03-10") - days(number)).isoDate() => "2017-03-03"
        date("2017-03-10").getDayOfWeek()     => 5
        date("2017-03-10") < now              => true
        now.isoDate()                         => "2017-03-11"
        now.isoDate("-01:00")                 => "2017-03-10"
        data.at.isoDate("Asia/Seoul")         => "2017-03-10"
        now.isoDate("Asia/Seoul") <= "2017-03-10" => false
        days(3)                               => "259200s"
        days(-1) < duration("0s")             => true
        duration("-47h").getDays()            => -1
        (now - data.at).getHours()            => 23
        (now - data.at).getMinutes()          => 1410
        (now - data.at).getSeconds()          => 84600
        duration("1.25s").getMilliseconds()   => 250
        now.getDayOfMonth()                   => 10
        now.getDayOfYear()                    => 69
        now.getSeconds() + now.getMilliseconds() => 0
        date("2018-11-04", "America/Sao_Paulo") => "2018-11-04T03:00:00Z"
        date("1919-03-31", "America/Toronto") => "1919-03-31T04:30:00Z"
        date("2011-12-30", "Pacific/Apia")    => "2011-12-30T10:00:00Z"
        date("2017-11-05", "America/Havana")  => "2017-11-05T04:00:00Z"
        date("2017-3-10")                     => E-expression-type: '2017-3-10' is not a date, such as "2017-03-10"
        date("2017-02-29")                    => E-expression-type: '2017-02-29' is not a date, such as "2017-03-10"
        date("0000-01-01")                    => E-expression-type: '0000-01-01' is not a date, such as "2017-03-10"
        date(text)                            => E-expression-failed: 'abc' is not a date, such as "2017-03-10"
        date(data.name)                       => E-expression-failed: '두레' is not a date, such as "2017-03-10"
        date("2017-03-10", "Asia/Soul")       => E-expression-type: 'Asia/Soul' is not a time zone, such as "Asia/Seoul" or "+09:00"
        date("2017-03-10", text)              => E-expression-failed: 'abc' is not a time zone, such as "Asia/Seoul" or "+09:00"
        date(now)                             => E-expression-type: this must be string, but it is timestamp
        date()                                => E-expression-type: date(..) takes 1 or 2, not 0 arguments
        date("2017-03-10", "UTC", "UTC")      => E-expression-type: date(..) takes 1 or 2, not 3 arguments
        data.at.date()                        => E-expression-name: there is no function 'date'; did you mean 'date(..)'? (available: size(..), min(..), max(..), sum(..), x.startsWith(..), x.endsWith(..), x.contains(..), matches(..), x.all(..), x.exists(..), x.exists_one(..), x.filter(..), x.map(..), x.isoDate(..), x.getFullYear(..), x.getMonth(..), x.getDate(..), x.getDayOfMonth(..), x.getDayOfWeek(..), x.getDayOfYear(..), x.getDays(..), x.getHours(..), x.getMinutes(..), x.getSeconds(..), x.getMilliseconds(..))
        now.isoDate("UTC", "UTC")             => E-expression-type: isoDate(..) takes 0 or 1, not 2 arguments
        date("0001-01-01", "Asia/Seoul")      => E-expression-failed: the time lies outside the years 1 to 9999, or the span is longer than 292 years
        timestamp("9999-12-31T23:00:00Z").isoDate("+09:00") => E-expression-failed: the time lies outside the years 1 to 9999, or the span is longer than 292 years
        days(106752)                          => E-expression-failed: the time lies outside the years 1 to 9999, or the span is longer than 292 years
        days(9007199254740991)                => E-expression-failed: the time lies outside the years 1 to 9999, or the span is longer than 292 years
        duration("1h").getDays("UTC")         => E-expression-type: getDays(..) takes 0, not 1 arguments
        duration("1h").getHours("UTC")        => E-expression-type: getHours(..) takes 0, not 1 arguments
        duration("1h").getFullYear()          => E-expression-type: this must be timestamp, but it is duration
        now.getDays()                         => E-expression-type: this must be duration, but it is timestamp
        "#,
    );
}

#[test]
fn patterns_are_literals_of_bounded_size() {
    check(
        r#"
        text.matches("b")                     => true
        text.matches("^b")                    => false
        matches(text, "^[a-c]{3}$")           => true
        data.name.matches("^\\p{Hangul}+$")   => true
        "SR-2017-0001".matches(r"^SR-\d{4}-\d{4}$") => true
        "".matches("")                        => true
        text.matches("(")                     => E-expression-type: '(' is not a regular expression: unclosed group
        text.matches("a{2")                   => E-expression-type: 'a{2' is not a regular expression: unclosed counted repetition
        text.matches("(?=a)")                 => E-expression-type: '(?=a)' is not a regular expression: look-around, including look-ahead and look-behind, is not supported
        text.matches("((a{100}){100}){100}")  => E-expression-type: the pattern '((a{100}){100}){100}' becomes larger than the 262144 bytes allowed; repeat less
        text.matches(data.name)               => E-expression-type: matches(..) needs its pattern as a literal in quotes
        text.matches()                        => E-expression-type: matches(..) takes 1, not 0 arguments
        matches(text)                         => E-expression-type: matches(..) takes 2, not 1 arguments
        number.matches("7")                   => E-expression-type: this must be string, but it is int
        "#,
    );
}

#[test]
fn conversions_between_numbers_words_and_moments_are_those_of_cel() {
    check(
        r#"
        bool("true") && bool("T" + "rue")     => true
        bool("0")                             => false
        bool("TrUe")                          => E-expression-type: 'TrUe' cannot be read as bool, such as "true"
        bool(text)                            => E-expression-failed: 'abc' cannot be read as bool, such as "true"
        bool(data.open)                       => true
        bool(1)                               => E-expression-type: bool(..) does not work on int
        int(timestamp("2009-02-13T23:31:30Z")) => 1234567890
        timestamp(1234567890)                 => "2009-02-13T23:31:30Z"
        int(data.long)                        => E-expression-type: int(..) does not work on duration
        duration(1)                           => E-expression-type: duration(..) does not work on int
        "#,
    );
}

#[test]
fn macros_go_through_lists() {
    check(
        r#"
        results.all(r, r == "ok")             => false
        results.exists(r, r == "ok")          => true
        data.words.exists_one(w, w == "return") => true
        data.words.exists_one(w, w == "ok")   => false
        data.empty.all(x, false)              => true
        data.empty.exists(x, true)            => false
        data.numbers.map(n, n * 2)            => [6,2,4]
        data.numbers.map(n, n > 1, n * 2)     => [6,4]
        data.numbers.filter(n, n > 1)         => [3,2]
        data.items.map(i, i.name)             => ["가","나","다"]
        data.items.filter(i, has(i.count))    => [{"count":2,"name":"가"},{"count":5,"name":"나"}]
        data.items.filter(i, has(i.count)).map(i, i.count).sum() => 7
        data.items.map(i, i.count)            => E-expression-failed: 'i.count' is not set
        data.days.map(d, d.getFullYear())     => [2017]
        data.numbers.map(n, data.numbers.map(m, n * m)) => [[9,3,6],[3,1,2],[6,2,4]]
        data.numbers.all(n, data.numbers.exists(m, m == n)) => true
        data.numbers.map(data, data + 1)      => [4,2,3]
        [0, 1].exists(n, 1 / n == 1)          => true
        [0, 1].all(n, 1 / n == 2)             => false
        [0, 1].all(n, 1 / n == 1)             => E-expression-failed: division by zero
        [0, 2].exists(n, 1 / n == 1)          => E-expression-failed: division by zero
        [0, 1].exists_one(n, 1 / n == 1)      => E-expression-failed: division by zero
        data.mixed.exists(n, n == 3)          => true
        ([0].exists(n, 1 / n == 1) || [5].exists(m, m == 5)) => true
        data.numbers.filter(n, n)             => E-expression-type: this must be bool, but it is int
        data.numbers.map(1, 2)                => E-expression-type: map(..) needs a name for the item first, such as map(item, ..)
        data.numbers.all(n)                   => E-expression-type: all(..) takes 2, not 1 arguments
        data.numbers.map(n)                   => E-expression-type: map(..) takes 2 or 3, not 1 arguments
        number.all(n, true)                   => E-expression-type: all(..) does not work on int
        data.numbers.map(n, n) == n           => E-expression-name: there is no 'n' here (available: data, missing, none, now, number, results, settings, text)
        data.numbers.fliter(n, n > 1)         => E-expression-name: there is no function 'fliter'; did you mean 'x.filter(..)'? (available: size(..), min(..), max(..), sum(..), x.startsWith(..), x.endsWith(..), x.contains(..), matches(..), x.all(..), x.exists(..), x.exists_one(..), x.filter(..), x.map(..), x.isoDate(..), x.getFullYear(..), x.getMonth(..), x.getDate(..), x.getDayOfMonth(..), x.getDayOfWeek(..), x.getDayOfYear(..), x.getDays(..), x.getHours(..), x.getMinutes(..), x.getSeconds(..), x.getMilliseconds(..))
        "#,
    );
}
