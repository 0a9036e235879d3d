namespace Bartizan.Guards.Redactions;

/// <summary>
/// Follows a text letter by letter and says whether whoever shows it could fetch what stands there; nothing is restored there. It errs to
/// one side: where an address may have begun, all the rest of its line is one.
/// <code>
/// //host…  scheme:…  www.…  name.tld/…  name.tld?…   to the line's end
/// ](…  [x]: …                                        to the end of the line on which its destination stands
/// &lt;a …&gt;                                              a tag, as a browser reads it (WHATWG HTML 13.2.5), to its end
/// </code>
/// </summary>
/// <param name="isArgument">True for what a tool is called with, which somebody may join or strip: it ends with the text, not with a line.</param>
internal sealed class AddressWatch(bool isArgument)
{
    /// <summary>Letters of a scheme's name that are remembered.</summary>
    private const int MaxScheme = 12;

    private readonly char[] _word = new char[MaxScheme];
    private readonly TagWatch _tag = new();
    private int _length;
    private bool _hasDot;
    private char _last;
    private bool _isAddress;
    private bool _isToCome;

    /// <summary>True within one.</summary>
    public bool IsInside => _isAddress || _isToCome || _tag.IsInside;

    /// <summary>The letter before; none at the beginning.</summary>
    public char Last => _last;

    /// <summary>Another text begins.</summary>
    public void Reset()
    {
        (_length, _hasDot, _last) = (0, false, '\0');
        (_isAddress, _isToCome) = (false, false);
        _tag.Reset();
    }

    /// <summary>Takes the next letter.</summary>
    public void Take(char one)
    {
        _tag.Take(one);
        if (one is '\n' or '\r')
        {
            _isAddress &= isArgument;
        }
        else if (_isToCome && !char.IsWhiteSpace(one))
        {
            // A destination may begin on a later line; it goes to the end of the one where it begins.
            (_isAddress, _isToCome) = (true, false);
        }

        _isToCome |= _last == ']' && one is '(' or ':';
        _isAddress |= Begins(one);
        Remember(one);
    }

    private bool Begins(char one) =>
        (one is '/' or '\\' && _last is '/' or '\\')
        || (one == ':' && IsScheme(_word.AsSpan(0, _length)))
        || (one == '.' && _word.AsSpan(0, _length).Equals("www", StringComparison.OrdinalIgnoreCase))
        || (one is '/' or '?' && _hasDot && char.IsAsciiLetterOrDigit(_last));

    private void Remember(char one)
    {
        if (char.IsAsciiLetterOrDigit(one) || one is '+' or '-' or '.' or '_' or '@' or '%')
        {
            _hasDot |= one != '.' && _last == '.' && _length > 0;
            if (_length < MaxScheme)
            {
                _word[_length++] = one;
            }
        }
        else
        {
            (_length, _hasDot) = (0, false);
        }

        _last = one;
    }

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
            if (word.EndsWith(scheme, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}
