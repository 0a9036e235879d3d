using System.Collections.Immutable;
using System.Text;

namespace Bartizan.Posture.Imports;

/// <summary>Reads top-level calls with string and list arguments; anything else of Starlark is a problem, never guessed at.</summary>
internal sealed class StarlarkCalls
{
    private const int MaxDepth = 3;

    private readonly string _text;
    private int _at;

    private StarlarkCalls(string text) => _text = text;

    /// <summary>The calls; a problem is half a sentence, empty when there is none.</summary>
    public static ImmutableArray<StarlarkCall> Read(string text, int most, out string problem)
    {
        var reader = new StarlarkCalls(text);
        var calls = ImmutableArray.CreateBuilder<StarlarkCall>();
        problem = "";
        try
        {
            while (reader.SkipBlank())
            {
                calls.Add(reader.ReadCall());
                if (calls.Count > most)
                {
                    problem = $"holds more than {most} rules";
                    return [];
                }
            }
        }
        catch (FormatException e)
        {
            problem = e.Message;
            return [];
        }

        return calls.ToImmutable();
    }

    private char Peek => _at < _text.Length ? _text[_at] : '\0';

    private FormatException Fail(string what) =>
        new($"{what} in line {_text.AsSpan(0, Math.Min(_at, _text.Length)).Count('\n') + 1}");

    private bool SkipBlank()
    {
        while (_at < _text.Length)
        {
            if (Peek == '#')
            {
                var end = _text.IndexOf('\n', _at);
                _at = end < 0 ? _text.Length : end;
            }
            else if (char.IsWhiteSpace(Peek))
            {
                _at++;
            }
            else
            {
                return true;
            }
        }

        return false;
    }

    private void Expect(char c)
    {
        SkipBlank();
        if (Peek != c)
        {
            throw Fail($"holds no `{c}` where one is expected");
        }

        _at++;
    }

    private string ReadName()
    {
        SkipBlank();
        var start = _at;
        while (char.IsAsciiLetterOrDigit(Peek) || Peek == '_')
        {
            _at++;
        }

        return _at > start ? _text[start.._at] : throw Fail("holds more than calls with strings and lists");
    }

    private StarlarkCall ReadCall()
    {
        var start = _at;
        var name = ReadName();
        Expect('(');
        var arguments = ImmutableDictionary.CreateBuilder<string, ImmutableArray<ImmutableArray<string>>>();
        while (SkipBlank() && Peek != ')')
        {
            var key = ReadName();
            Expect('=');
            if (!arguments.TryAdd(key, ReadArgument()))
            {
                throw Fail($"names `{key}` twice");
            }

            SkipBlank();
            if (Peek == ',')
            {
                _at++;
            }
            else if (Peek != ')')
            {
                throw Fail("holds more than calls with strings and lists");
            }
        }

        Expect(')');
        var words = _text[start.._at].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return new StarlarkCall(name, string.Join(' ', words), arguments.ToImmutable());
    }

    private ImmutableArray<ImmutableArray<string>> ReadArgument()
    {
        SkipBlank();
        return Peek == '['
            ? ReadList(1)
            :
            [
                [ReadString()],
            ];
    }

    private ImmutableArray<ImmutableArray<string>> ReadList(int depth)
    {
        Expect('[');
        var items = ImmutableArray.CreateBuilder<ImmutableArray<string>>();
        while (SkipBlank() && Peek != ']')
        {
            if (Peek == '[')
            {
                if (depth == MaxDepth)
                {
                    throw Fail("holds lists within lists, too deep");
                }

                items.Add([.. ReadList(depth + 1).SelectMany(i => i)]);
            }
            else
            {
                items.Add([ReadString()]);
            }

            SkipBlank();
            if (Peek == ',')
            {
                _at++;
            }
            else if (Peek != ']')
            {
                throw Fail("holds more than strings in a list");
            }
        }

        Expect(']');
        return items.ToImmutable();
    }

    private string ReadString()
    {
        SkipBlank();
        var quote = Peek;
        if (quote is not ('"' or '\''))
        {
            throw Fail("holds more than calls with strings and lists");
        }

        var value = new StringBuilder();
        for (_at++; Peek != quote; _at++)
        {
            if (_at >= _text.Length || Peek == '\n')
            {
                throw Fail("holds a string that doesn't end");
            }

            if (Peek == '\\')
            {
                _at++;
                if (Peek is not ('\\' or '"' or '\''))
                {
                    throw Fail("holds an escape that isn't a quote or a backslash");
                }
            }

            value.Append(Peek);
        }

        _at++;
        return value.ToString();
    }
}
