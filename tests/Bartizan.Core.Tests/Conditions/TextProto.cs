using System.Globalization;
using System.Text;

namespace Bartizan.Core.Tests.Conditions;

/// <summary>Just enough of protobuf's text format to read the test data of CEL's specification.</summary>
internal sealed class TextProto
{
    private readonly string _text;
    private int _at;

    private TextProto(string text) => _text = text;

    /// <summary>The fields of a message: texts, and messages as lists of fields.</summary>
    public static List<(string Name, object Value)> Read(string text) => new TextProto(text).ReadFields();

    private List<(string, object)> ReadFields()
    {
        var fields = new List<(string, object)>();
        for (SkipSpace(); _at < _text.Length && _text[_at] is not ('}' or ']'); SkipSpace())
        {
            var name = _text[_at] == '[' ? ReadExtension() : ReadWord();
            SkipSpace();
            if (_text[_at] == ':')
            {
                _at++;
                SkipSpace();
            }

            fields.Add((name, ReadValue()));
            SkipSpace();
            _at += _at < _text.Length && _text[_at] is ',' or ';' ? 1 : 0;
        }

        return fields;
    }

    private object ReadValue()
    {
        switch (_text[_at])
        {
            case '{':
                _at++;
                var fields = ReadFields();
                _at++;
                return fields;
            case '[':
                var items = new List<(string, object)>();
                for (_at++, SkipSpace(); _text[_at] != ']'; SkipSpace())
                {
                    items.Add(("", ReadValue()));
                    SkipSpace();
                    _at += _text[_at] == ',' ? 1 : 0;
                }

                _at++;
                return items;
            case '"' or '\'':
                return ReadStrings();
            default:
                return ReadWord();
        }
    }

    // [type.googleapis.com/…], the name of what a field of any type holds.
    private string ReadExtension()
    {
        var start = _at;
        _at = _text.IndexOf(']', _at) + 1;
        return _text[start.._at];
    }

    private string ReadWord()
    {
        var start = _at;
        while (
            _at < _text.Length
            && !char.IsWhiteSpace(_text[_at])
            && _text[_at] is not (':' or '{' or '}' or '[' or ']' or ',' or ';' or '#')
        )
        {
            _at++;
        }

        return _at > start ? _text[start.._at] : throw new FormatException($"nothing at {_at}");
    }

    // Strings of bytes, one after the other.
    private string ReadStrings()
    {
        var bytes = new List<byte>();
        for (; _at < _text.Length && _text[_at] is '"' or '\''; SkipSpace())
        {
            var quote = _text[_at++];
            while (_text[_at] != quote)
            {
                if (_text[_at] == '\\')
                {
                    ReadEscape(bytes);
                }
                else
                {
                    var rune = Rune.GetRuneAt(_text, _at);
                    bytes.AddRange(Encoding.UTF8.GetBytes(rune.ToString()));
                    _at += rune.Utf16SequenceLength;
                }
            }

            _at++;
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }

    private void ReadEscape(List<byte> bytes)
    {
        var c = _text[_at + 1];
        _at += 2;
        var plain = "abfnrtv".IndexOf(c, StringComparison.Ordinal);
        if (plain >= 0)
        {
            bytes.Add((byte)"\a\b\f\n\r\t\v"[plain]);
        }
        else if (c is 'x' or 'u' or 'U')
        {
            var digits = _text
                .Skip(_at)
                .Take(
                    c == 'x' ? 2
                    : c == 'u' ? 4
                    : 8
                )
                .TakeWhile(char.IsAsciiHexDigit)
                .Count();
            var code = int.Parse(_text.AsSpan(_at, digits), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            bytes.AddRange(c == 'x' ? [(byte)code] : Encoding.UTF8.GetBytes(new Rune(code).ToString()));
            _at += digits;
        }
        else if (char.IsAsciiDigit(c))
        {
            var digits = 1 + _text.Skip(_at).Take(2).TakeWhile(char.IsAsciiDigit).Count();
            bytes.Add((byte)Convert.ToInt32(_text.Substring(_at - 1, digits), 8));
            _at += digits - 1;
        }
        else
        {
            bytes.Add((byte)c);
        }
    }

    private void SkipSpace()
    {
        while (_at < _text.Length && (char.IsWhiteSpace(_text[_at]) || _text[_at] == '#'))
        {
            _at = _text[_at] == '#' ? Math.Max(_at, _text.IndexOf('\n', _at)) : _at + 1;
        }
    }
}
