namespace Bartizan.Guards.Redactions;

/// <summary>
/// Follows a text letter by letter and says whether it is within an address, a link's destination or a tag: what stands there may be
/// fetched by whoever shows the text, and so nothing is restored there. In doubt it is.
/// <code>
/// //host…  scheme:…  www.…  name.tld/…   to the next blank, quotation mark or angle bracket; one that begins in quotation marks or
///                                        parentheses, to their end or the line's
/// ](…)  [x]: …                           a destination of Markdown, to its end or the line's
/// &lt;a …&gt;                                  a tag, to its end; quotation marks in it are kept account of
/// </code>
/// </summary>
internal sealed class AddressWatch
{
    /// <summary>Letters of a scheme's name that are remembered.</summary>
    private const int MaxScheme = 12;

    private readonly char[] _word = new char[MaxScheme];
    private int _length;
    private bool _hasDot;
    private char _before;
    private char _last;
    private char _quote;
    private int _depth;
    private bool _isBegun;
    private Within _within;

    private enum Within
    {
        Nothing,
        Address,
        Enclosed,
        Destination,
        Reference,
        Tag,
    }

    /// <summary>True within one.</summary>
    public bool IsInside => _within != Within.Nothing;

    /// <summary>Another text begins.</summary>
    public void Reset()
    {
        (_length, _hasDot, _before, _last) = (0, false, '\0', '\0');
        Leave();
    }

    /// <summary>Takes the next letter.</summary>
    public void Take(char one)
    {
        switch (_within)
        {
            case Within.Nothing:
                Look(one);
                break;
            case Within.Address:
                _within = IsEnd(one) ? Within.Nothing : _within;
                break;
            case Within.Enclosed:
                _within = one == _quote || one is '\n' or '\r' ? Within.Nothing : _within;
                break;
            case Within.Destination:
                InDestination(one);
                break;
            case Within.Reference:
                _within = _isBegun && one is '\n' or '\r' ? Within.Nothing : _within;
                _isBegun |= !char.IsWhiteSpace(one);
                break;
            default:
                InTag(one);
                break;
        }

        Remember(one);
    }

    private void Look(char one)
    {
        if (_last == '<' && (char.IsAsciiLetter(one) || one is '/' or '!' or '?' or '&'))
        {
            Enter(Within.Tag);
        }
        else if (_last == ']' && one == '(')
        {
            Enter(Within.Destination);
        }
        else if (_last == ']' && one == ':')
        {
            Enter(Within.Reference);
        }
        else if (
            (one is '/' or '\\' && _last is '/' or '\\')
            || (one == ':' && IsScheme(_word.AsSpan(0, _length)))
            || (one == '.' && _word.AsSpan(0, _length).Equals("www", StringComparison.OrdinalIgnoreCase))
            || (one is '/' or '?' && _hasDot && char.IsAsciiLetterOrDigit(_last))
        )
        {
            // A script goes to the end of its line, whatever it holds.
            var isScript =
                one == ':' && _word.AsSpan(0, _length).EndsWith("script", StringComparison.OrdinalIgnoreCase);
            _quote = _before switch
            {
                _ when isScript => '\n',
                '(' => ')',
                '"' or '\'' or '`' => _before,
                _ => '\0',
            };
            _within = _quote == '\0' ? Within.Address : Within.Enclosed;
        }
    }

    private void Enter(Within within)
    {
        Leave();
        _within = within;
    }

    private void Leave() => (_within, _quote, _depth, _isBegun) = (Within.Nothing, '\0', 0, false);

    // <…> holds anything but a line's end; else parentheses are in pairs.
    private void InDestination(char one)
    {
        if (one is '\n' or '\r')
        {
            // A destination may begin on the next line.
            if (_isBegun)
            {
                Leave();
            }
        }
        else if (_quote == '>')
        {
            _quote = one == '>' ? '\0' : _quote;
        }
        else if (one == '<' && !_isBegun)
        {
            _quote = '>';
        }
        else if (one == ')' && _depth-- == 0)
        {
            Leave();
        }
        else if (one == '(')
        {
            _depth++;
        }

        _isBegun |= !char.IsWhiteSpace(one);
    }

    private void InTag(char one)
    {
        if (_quote != '\0')
        {
            _quote = one == _quote ? '\0' : _quote;
        }
        else if (one is '"' or '\'' && _last is '=' or ' ' or '\t' or '\n')
        {
            _quote = one;
        }
        else if (one == '>')
        {
            Leave();
        }
    }

    private void Remember(char one)
    {
        if (char.IsAsciiLetterOrDigit(one) || one is '+' or '-' or '.' or '_' or '@' or '%')
        {
            _hasDot |= _last != '\0' && one != '.' && _last == '.' && _length > 0;
            if (_length < MaxScheme)
            {
                _word[_length++] = one;
            }
        }
        else if (IsEnd(one) || one is '(' or '[' or '{' or ',' or '=' or ';' or '|')
        {
            (_before, _length, _hasDot) = (one, 0, false);
        }
        else
        {
            _length = 0;
        }

        _last = one;
    }

    private static bool IsEnd(char one) => char.IsWhiteSpace(one) || one is '"' or '\'' or '<' or '>' or '`';

    private static bool IsScheme(ReadOnlySpan<char> word)
    {
        foreach (
            var scheme in (ReadOnlySpan<string>)
                [
                    "http",
                    "https",
                    "ws",
                    "wss",
                    "ftp",
                    "ftps",
                    "file",
                    "mailto",
                    "data",
                    "javascript",
                    "vbscript",
                    "tel",
                    "sms",
                    "blob",
                ]
        )
        {
            if (word.Equals(scheme, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}
