using System.Text;

namespace Bartizan.Core.Shell;

/// <summary>Reads one word: plain characters, quotes without expansions, backslashes, a leading <c>~/</c>.</summary>
internal sealed class ShellWordReader(ShellCursor cursor, string? home)
{
    /// <summary>Reads a word at its first character; null when it holds what is not of the subset.</summary>
    public ShellWord? Read()
    {
        var start = cursor.At;
        var word = new StringBuilder();
        var (quoted, pattern, continued) = (false, false, false);
        while (cursor.Problem is null && !cursor.EndsWordAt(0))
        {
            var c = cursor.Peek();
            switch (c)
            {
                case '\'':
                    quoted = true;
                    ReadSingle(word);
                    break;
                case '"':
                    quoted = true;
                    ReadDouble(word);
                    break;
                case '\\' when cursor.At + 1 >= cursor.Text.Length:
                    cursor.Fail("ends in a backslash", cursor.At);
                    break;
                case '\\' when cursor.Peek(1) == '\n':
                    continued = true;
                    cursor.At += 2;
                    break;
                case '\\':
                    quoted = true;
                    word.Append(cursor.Peek(1));
                    cursor.At += 2;
                    break;
                case '{' when cursor.At == start && cursor.Peek(1) == '}' && cursor.EndsWordAt(2):
                    word.Append("{}");
                    cursor.At += 2;
                    break;
                default:
                    pattern |= c is '*' or '?' or '[';
                    ReadPlain(word, c, start, quoted || continued);
                    break;
            }
        }

        if (cursor.Problem is not null)
        {
            return null;
        }

        var text1 = word.ToString();
        if (cursor.Peek() is '<' or '>' && text1.Length > 0 && text1.All(char.IsAsciiDigit))
        {
            cursor.Fail("redirects an unusual descriptor", start);
        }

        // `[` alone is the test program.
        return new ShellWord(text1, start) { IsQuoted = quoted, IsPattern = pattern && text1 != "[" };
    }

    private void ReadPlain(StringBuilder word, char c, int start, bool begun)
    {
        var first = cursor.At == start || word.Length == 0;
        var problem = c switch
        {
            '$' or '`' => "holds a substitution",
            '{' or '}' => "holds braces",
            '~' when first && begun => "holds a `~` in an unusual place",
            '~' when first => ExpandHome(word),
            '~' when word[^1] is '=' or ':' => "holds a `~` in an unusual place",
            '=' when first => "holds a word that starts with `=`",
            '!' when first && !begun && cursor.EndsWordAt(1) => null,
            '!' when first && !begun && cursor.Peek(1) == '=' => null,
            '!' => "holds `!` in a word",
            _ => null,
        };
        if (problem is not null)
        {
            cursor.Fail(problem, cursor.At);
            return;
        }

        if (c != '~' || !first)
        {
            word.Append(c);
        }

        cursor.At++;
    }

    // `~` and `~/…` only; `~user`, `~+` and `~-` are what only the shell knows.
    private string? ExpandHome(StringBuilder word)
    {
        if (home is null || (cursor.Peek(1) != '/' && !cursor.EndsWordAt(1)))
        {
            return "holds a `~` that can't be resolved";
        }

        word.Append(home);
        return null;
    }

    private void ReadSingle(StringBuilder word)
    {
        var end = cursor.Text.IndexOf('\'', cursor.At + 1);
        if (end < 0)
        {
            cursor.Fail("holds a quote that doesn't end", cursor.At);
            return;
        }

        word.Append(cursor.Text, cursor.At + 1, end - cursor.At - 1);
        cursor.At = end + 1;
    }

    private void ReadDouble(StringBuilder word)
    {
        var start = cursor.At++;
        while (!cursor.IsAtEnd)
        {
            var c = cursor.Peek();
            switch (c)
            {
                case '"':
                    cursor.At++;
                    return;
                case '$' or '`':
                    cursor.Fail("holds a substitution", cursor.At);
                    return;
                // An interactive shell looks into its history there.
                case '!' when cursor.Peek(1) is not (' ' or '"' or '='):
                    cursor.Fail("holds `!` in a word", cursor.At);
                    return;
                case '\\' when cursor.Peek(1) is '$' or '`' or '"' or '\\':
                    word.Append(cursor.Peek(1));
                    cursor.At += 2;
                    break;
                case '\\' when cursor.Peek(1) == '\n':
                    cursor.At += 2;
                    break;
                default:
                    word.Append(c);
                    cursor.At++;
                    break;
            }
        }

        cursor.Fail("holds a quote that doesn't end", start);
    }
}
