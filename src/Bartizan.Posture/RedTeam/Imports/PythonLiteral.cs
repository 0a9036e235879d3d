using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Bartizan.Posture.RedTeam.Imports;

/// <summary>
/// A literal of Python (a dict, a list, a tuple, a text, a number, True, False, None) as JSON: so the arguments of tools stand in
/// InjecAgent's files.
/// Nothing of it is ever executed.
/// </summary>
internal ref struct PythonLiteral
{
    /// <summary>Values within values.</summary>
    private const int MaxDepth = 32;

    private readonly ReadOnlySpan<char> _text;
    private int _at;

    private PythonLiteral(ReadOnlySpan<char> text) => _text = text;

    /// <summary>Reads one; false when the text is none.</summary>
    public static bool TryRead(string text, out JsonNode? value)
    {
        var reader = new PythonLiteral(text);
        return reader.TryValue(0, out value) && reader.IsAtEnd();
    }

    private bool IsAtEnd()
    {
        Skip();
        return _at == _text.Length;
    }

    private bool TryValue(int depth, out JsonNode? value)
    {
        value = null;
        Skip();
        if (depth > MaxDepth || _at == _text.Length)
        {
            return false;
        }

        switch (_text[_at])
        {
            case '{':
                return TryDict(depth, out value);
            case '[':
                return TryList(']', depth, out value);
            case '(':
                return TryList(')', depth, out value);
            case '\'' or '"':
                if (!TryText(out var text))
                {
                    return false;
                }

                value = text;
                return true;
            default:
                return TryWord(out value);
        }
    }

    private bool TryDict(int depth, out JsonNode? value)
    {
        value = null;
        var members = new JsonObject();
        _at++;
        while (!Takes('}'))
        {
            Skip();
            if (
                !TryText(out var name)
                || !Takes(':')
                || !TryValue(depth + 1, out var member)
                || !members.TryAdd(name, member)
                || (!Takes(',') && !IsNext('}'))
            )
            {
                return false;
            }
        }

        value = members;
        return true;
    }

    private bool TryList(char end, int depth, out JsonNode? value)
    {
        value = null;
        var items = new JsonArray();
        _at++;
        while (!Takes(end))
        {
            if (!TryValue(depth + 1, out var item) || (!Takes(',') && !IsNext(end)))
            {
                return false;
            }

            items.Add(item);
        }

        value = items;
        return true;
    }

    private bool TryText(out string text)
    {
        text = "";
        if (_at == _text.Length || _text[_at] is not ('\'' or '"'))
        {
            return false;
        }

        var quote = _text[_at++];
        var read = new StringBuilder();
        while (_at < _text.Length && _text[_at] != quote)
        {
            if (_text[_at] != '\\')
            {
                read.Append(_text[_at++]);
            }
            else if (!TryEscape(read))
            {
                return false;
            }
        }

        text = read.ToString();
        return Takes(quote);
    }

    private bool TryEscape(StringBuilder read)
    {
        if (_at + 1 >= _text.Length)
        {
            return false;
        }

        var digits = _text[_at + 1] switch
        {
            'x' => 2,
            'u' => 4,
            _ => 0,
        };
        if (digits > 0)
        {
            if (
                _at + 2 + digits > _text.Length
                || !ushort.TryParse(
                    _text.Slice(_at + 2, digits),
                    NumberStyles.AllowHexSpecifier,
                    CultureInfo.InvariantCulture,
                    out var code
                )
            )
            {
                return false;
            }

            read.Append((char)code);
            _at += 2 + digits;
            return true;
        }

        // What Python doesn't know as an escape stands for itself.
        _ = _text[_at + 1] switch
        {
            'n' => read.Append('\n'),
            'r' => read.Append('\r'),
            't' => read.Append('\t'),
            '\\' or '\'' or '"' => read.Append(_text[_at + 1]),
            var other => read.Append('\\').Append(other),
        };
        _at += 2;
        return true;
    }

    private bool TryWord(out JsonNode? value)
    {
        value = null;
        var rest = _text[_at..];
        var length = rest.IndexOfAny(",]}) \t\r\n");
        var word = length < 0 ? rest : rest[..length];
        _at += word.Length;
        switch (word)
        {
            case "None":
                return true;
            case "True":
                value = true;
                return true;
            case "False":
                value = false;
                return true;
        }

        if (long.TryParse(word, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole))
        {
            value = whole;
            return true;
        }

        if (
            double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            && double.IsFinite(number)
        )
        {
            value = number;
            return true;
        }

        return false;
    }

    private bool IsNext(char wanted)
    {
        Skip();
        return _at < _text.Length && _text[_at] == wanted;
    }

    private bool Takes(char wanted)
    {
        if (!IsNext(wanted))
        {
            return false;
        }

        _at++;
        return true;
    }

    private void Skip()
    {
        while (_at < _text.Length && char.IsWhiteSpace(_text[_at]))
        {
            _at++;
        }
    }
}
