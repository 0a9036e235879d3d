using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Bartizan.Guards.Redactions;

/// <summary>
/// A text that comes in pieces, with the session's values in the place of its placeholders. A placeholder that is cut comes back where it
/// began. What was never given stays, and so does what stands in an address (<see cref="AddressWatch"/>) or is glued to one.
/// </summary>
/// <param name="names">The session's placeholders.</param>
/// <param name="isJson">True for JSON within a text, such as a call's arguments: then only within its strings, written as they are.</param>
/// <param name="isArgument">True for a string that a tool is called with.</param>
/// <param name="told">Called with each placeholder that came back.</param>
internal sealed class RestoredText(Placeholders names, bool isJson, bool isArgument, Action<string> told)
{
    /// <summary>Letters that wait: a placeholder, and three that tell whether it is glued to something.</summary>
    public const int MaxWaiting = PlaceholderForm.MaxLength + 3;

    private readonly AddressWatch _address = new(isJson || isArgument);
    private readonly List<(RestoredPiece Piece, char Letter)> _begun = new(MaxWaiting);
    private readonly char[] _code = new char[4];
    private string? _value;
    private int _nameEnd;
    private bool _inString;
    private int _escape = -1;
    private char _first;

    /// <summary>Takes the next piece.</summary>
    public void Add(RestoredPiece piece, string text)
    {
        foreach (var one in text)
        {
            _first = _first == '\0' && !char.IsWhiteSpace(one) ? one : _first;
            if (_value is not null && isJson && _inString && (_escape == 0 || (_escape < 0 && one == '\\')))
            {
                Escaped(piece, one);
            }
            else if (!isJson || (_inString && _escape < 0 && one is not ('"' or '\\')))
            {
                Letter(piece, one);
            }
            else
            {
                End();
                piece.Text.Append(one);
                Mark(one);
            }
        }
    }

    /// <summary>What has begun doesn't go on.</summary>
    /// <param name="isForced">True when it may go on yet, and nobody waits for that: what it is glued to is unknown, and it stays.</param>
    public void End(bool isForced = false)
    {
        if (_value is not null && !isForced)
        {
            Restore();
        }
        else
        {
            _value = null;
            PassBegun();
        }
    }

    // An escape after a value: one that may stand for a letter or a slash is glued to it.
    private void Escaped(RestoredPiece piece, char one)
    {
        if (_escape < 0)
        {
            Wait(piece, one);
        }
        else
        {
            End(isForced: one is 'u' or '/' or '\\');
            piece.Text.Append(one);
        }

        Mark(one);
    }

    private void Letter(RestoredPiece piece, char one)
    {
        if (_value is not null && !Follows(piece, one))
        {
            return;
        }

        if (_begun.Count > 0)
        {
            if (PlaceholderForm.IsInside(one) && _begun.Count < PlaceholderForm.MaxLength - 1)
            {
                Wait(piece, one);
                return;
            }

            if (one == ']' && names.TryRestore(NameWith(one), out _value))
            {
                Wait(piece, one);
                _nameEnd = _begun.Count;
                return;
            }

            PassBegun();
        }

        if (one == '[' && !_address.IsInside && !IsGlue(_address.Last) && _address.Last != '.')
        {
            Wait(piece, one);
        }
        else
        {
            Pass(piece, one);
        }
    }

    // [email-1].evil.example, x-[email-1] and [email-1]@evil.example would make a host of it; a full stop alone ends a sentence.
    private bool Follows(RestoredPiece piece, char one)
    {
        if (_begun.Count == _nameEnd && one == '.')
        {
            Wait(piece, one);
            return false;
        }

        if (IsGlue(one))
        {
            _value = null;
            PassBegun();
        }
        else
        {
            Restore();
        }

        return true;
    }

    private static bool IsGlue(char one) =>
        char.IsLetterOrDigit(one) || one is '-' or '_' or '@' or '%' or '/' or '\\' or '&' or '?' or '#' or '+' or '~';

    private void Restore()
    {
        var (value, rest) = (_value!, _begun[_nameEnd..]);
        told(NameWith(null));
        var piece = _begun[0].Piece;
        foreach (var (of, _) in _begun)
        {
            of.Waiting--;
            of.IsChanged = true;
        }

        // A text that is JSON by itself must stay it.
        piece.Text.Append(isJson || _first == '{' ? Inside(value) : value);
        foreach (var one in value)
        {
            _address.Take(one);
        }

        _value = null;
        _begun.Clear();
        rest.ForEach(one => Pass(one.Piece, one.Letter));
    }

    private void PassBegun()
    {
        foreach (var (piece, one) in _begun)
        {
            piece.Waiting--;
            Pass(piece, one);
        }

        _begun.Clear();
    }

    private void Pass(RestoredPiece piece, char one)
    {
        piece.Text.Append(one);
        _address.Take(one);
    }

    private void Wait(RestoredPiece piece, char one)
    {
        _begun.Add((piece, one));
        piece.Waiting++;
    }

    private string NameWith(char? last)
    {
        var end = last is null ? _nameEnd : _begun.Count;
        return string.Create(
            end + (last is null ? 0 : 1),
            (_begun, end, last),
            static (name, from) =>
            {
                for (var at = 0; at < from.end; at++)
                {
                    name[at] = from._begun[at].Letter;
                }

                if (from.last is { } one)
                {
                    name[^1] = one;
                }
            }
        );
    }

    // What JSON has besides letters: quotation marks and escapes. An address may be written with them.
    private void Mark(char one)
    {
        if (!_inString)
        {
            _inString = one == '"';
            _address.Reset();
        }
        else if (_escape < 0)
        {
            _inString = one != '"';
            _escape = one == '\\' ? 0 : -1;
        }
        else if (_escape == 0)
        {
            _escape = one == 'u' ? 1 : -1;
            if (one != 'u')
            {
                _address.Take(
                    one switch
                    {
                        'n' or 'r' => '\n',
                        't' or 'b' or 'f' => ' ',
                        _ => one,
                    }
                );
            }
        }
        else
        {
            _code[_escape - 1] = one;
            _escape = _escape == 4 ? -1 : _escape + 1;
            if (_escape < 0)
            {
                _address.Take(
                    ushort.TryParse(_code, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code)
                        ? (char)code
                        : '/'
                );
            }
        }
    }

    private static string Inside(string value) =>
        JsonEncodedText.Encode(value, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).ToString();
}
