using System.Collections.Immutable;

namespace Bartizan.Core.Shell;

/// <summary>
/// Reads the subset, from left to right, once. It knows no expansion: what it doesn't know ends the reading with a problem.
/// </summary>
internal sealed class ShellParser(ShellCursor cursor, string? home)
{
    private static readonly HashSet<string> _keywords = new(StringComparer.Ordinal)
    {
        "!",
        "{",
        "}",
        "[[",
        "]]",
        "if",
        "then",
        "else",
        "elif",
        "fi",
        "case",
        "esac",
        "for",
        "select",
        "while",
        "until",
        "do",
        "done",
        "in",
        "function",
        "coproc",
        "foreach",
        "end",
        "repeat",
        "nocorrect",
        "noglob",
        "-",
    };

    private readonly ImmutableArray<ShellCommand>.Builder _commands = ImmutableArray.CreateBuilder<ShellCommand>();
    private readonly ImmutableArray<ShellWord>.Builder _words = ImmutableArray.CreateBuilder<ShellWord>();
    private readonly ImmutableArray<ShellRedirection>.Builder _redirections =
        ImmutableArray.CreateBuilder<ShellRedirection>();
    private readonly ShellWordReader _reader = new(cursor, home);
    private ShellConnector _connector;
    private bool _negated;
    private bool _expects; // after `&&`, `||` and `|` a command must follow

    /// <summary>Reads it all.</summary>
    public (ImmutableArray<ShellCommand> Commands, ShellProblem? Problem) Parse()
    {
        while (cursor.Problem is null)
        {
            SkipBlank();
            if (cursor.IsAtEnd)
            {
                Finish(ShellConnector.Then, isLine: true);
                if (_expects)
                {
                    cursor.Fail("ends where a command is expected", cursor.Text.Length);
                }

                break;
            }

            ReadToken();
        }

        return (_commands.ToImmutable(), cursor.Problem);
    }

    private void SkipBlank()
    {
        while (!cursor.IsAtEnd)
        {
            var c = cursor.Peek();
            if (c is ' ' or '\t')
            {
                cursor.At++;
            }
            else if (c == '\\' && cursor.Peek(1) == '\n')
            {
                cursor.At += 2;
            }
            else if (c == '#')
            {
                var end = cursor.Text.IndexOf('\n', cursor.At);
                cursor.At = end < 0 ? cursor.Text.Length : end;
            }
            else
            {
                return;
            }
        }
    }

    private void ReadToken()
    {
        var (c, next, start) = (cursor.Peek(), cursor.Peek(1), cursor.At);
        if (c is '&' or '|' or '<' or '>' or ';' && next == '\\' && cursor.Peek(2) == '\n')
        {
            cursor.Fail("holds an operator that is continued on the next line", start);
            return;
        }

        switch (c)
        {
            case '\n':
                cursor.At++;
                Finish(ShellConnector.Then, isLine: true);
                break;
            case ';':
                cursor.At++;
                Finish(ShellConnector.Then, isLine: false);
                break;
            case '&' when next == '&':
                cursor.At += 2;
                Join(ShellConnector.And);
                break;
            case '|' when next == '|':
                cursor.At += 2;
                Join(ShellConnector.Or);
                break;
            case '|' when next != '&':
                cursor.At++;
                Join(ShellConnector.Pipe);
                break;
            case '&' or '|':
                cursor.Fail($"holds `{c}`", start);
                break;
            case '(' or ')':
                cursor.Fail("holds a subshell or a function", start);
                break;
            case '<' or '>':
                ReadRedirection(c == '>' ? 1 : 0);
                break;
            case >= '0' and <= '9' when next is '<' or '>':
                cursor.At++;
                ReadRedirection(c - '0');
                break;
            case '!' when IsBareBang():
                Negate();
                break;
            default:
                if (_reader.Read() is { } word)
                {
                    _words.Add(word);
                }

                break;
        }
    }

    private bool IsBareBang() => _words.Count == 0 && _redirections.Count == 0 && cursor.EndsWordAt(1);

    private void Negate()
    {
        if (_negated || _connector == ShellConnector.Pipe)
        {
            cursor.Fail("holds `!` where a command is expected", cursor.At);
        }

        (_negated, _expects) = (true, true);
        cursor.At++;
    }

    // Ends a command at a `;` or at a line's end. Empty lines are nothing; an empty command before `;` is an error to the shells.
    private void Finish(ShellConnector next, bool isLine)
    {
        if (_words.Count == 0 && _redirections.Count == 0)
        {
            if (!isLine)
            {
                cursor.Fail("holds `;` where a command is expected", cursor.At - 1);
            }
            else if (_negated)
            {
                cursor.Fail("holds `!` without a command", cursor.At - 1);
            }

            return;
        }

        Add(next);
        _expects = false;
    }

    private void Join(ShellConnector next)
    {
        if (_words.Count == 0 && _redirections.Count == 0)
        {
            cursor.Fail("holds an operator where a command is expected", cursor.At - 1);
            return;
        }

        Add(next);
        _expects = true;
    }

    private void Add(ShellConnector next)
    {
        if (_words.Count == 0)
        {
            cursor.Fail("holds a redirection without a command", _redirections[0].Target.Position);
            return;
        }

        CheckProgram(0);
        if (_commands.Count == ShellScript.MaxCommands)
        {
            cursor.Fail($"holds more than {ShellScript.MaxCommands} commands", _words[0].Position);
        }

        if (cursor.Problem is not null)
        {
            return;
        }

        _commands.Add(
            new ShellCommand
            {
                Words = _words.ToImmutable(),
                Redirections = _redirections.ToImmutable(),
                Connector = _connector,
                IsNegated = _negated,
            }
        );
        _words.Clear();
        _redirections.Clear();
        (_connector, _negated) = (next, false);
    }

    // The word where a program's name is expected: what the shell would take for its own there.
    private void CheckProgram(int index)
    {
        var word = _words[index];
        if (word.Text.Length == 0)
        {
            cursor.Fail("runs a command without a name", word.Position);
        }
        else if (!word.IsQuoted && (_keywords.Contains(word.Text) || (index > 0 && word.Text == "time")))
        {
            cursor.Fail($"holds the shell's `{word.Text}`", word.Position);
        }
        else if (IsAssignment(word.Text))
        {
            cursor.Fail("sets a variable", word.Position);
        }
        else if (word.IsPattern || word.Text[0] is '%' or '{')
        {
            cursor.Fail("runs a program whose name the shell makes up", word.Position);
        }
        else if (!word.IsQuoted && word.Text == "time")
        {
            // A keyword to bash and zsh, a program to dash: what follows its flags is a command again.
            var next = 1;
            while (next < _words.Count && _words[next].Text.StartsWith('-'))
            {
                next++;
            }

            if (next < _words.Count)
            {
                CheckProgram(next);
            }
        }
    }

    // Quoted letters make it no assignment to the shells; nobody honest writes that.
    private static bool IsAssignment(string word)
    {
        var equals = word.IndexOf('=', StringComparison.Ordinal);
        if (equals <= 0 || (!char.IsAsciiLetter(word[0]) && word[0] != '_'))
        {
            return false;
        }

        var end = word[equals - 1] == '+' ? equals - 1 : equals;
        for (var i = 0; i < end; i++)
        {
            if (word[i] == '[')
            {
                return true;
            }

            if (!char.IsAsciiLetterOrDigit(word[i]) && word[i] != '_')
            {
                return false;
            }
        }

        return true;
    }

    private void ReadRedirection(int descriptor)
    {
        var (start, writes) = (cursor.At, cursor.Peek() == '>');
        cursor.At++;
        var next = cursor.Peek();
        if (next == '\\' || descriptor > 2 || (writes ? descriptor == 0 : descriptor != 0))
        {
            cursor.Fail("redirects an unusual descriptor", start);
            return;
        }

        if (writes && next == '&')
        {
            ReadCopy(start);
            return;
        }

        if (writes && next == '>')
        {
            cursor.At++;
        }

        while (cursor.Peek() is ' ' or '\t')
        {
            cursor.At++;
        }

        if (cursor.EndsWordAt(0) || cursor.Peek() is '#' or '!')
        {
            cursor.Fail("holds a redirection that isn't a plain `<`, `>` or `>>` with a path", start);
            return;
        }

        if (_reader.Read() is not { } target)
        {
            return;
        }

        if (target.IsPattern || target.Text.Length == 0 || IsNetworkDevice(target.Text))
        {
            cursor.Fail("redirects to what is no plain path", target.Position);
            return;
        }

        _redirections.Add(new ShellRedirection(target, writes));
    }

    // `2>&1`: a copy of one of the three descriptors, nothing else.
    private void ReadCopy(int start)
    {
        var isPlain = cursor.Peek(1) is '1' or '2' && cursor.EndsWordAt(2);
        if (!isPlain || cursor.Peek(2) is '<' or '>' or '(')
        {
            cursor.Fail("redirects a descriptor that isn't `1` or `2`", start);
            return;
        }

        cursor.At += 2;
    }

    // bash opens a connection for these names.
    private static bool IsNetworkDevice(string path) =>
        path.Contains("/dev/tcp", StringComparison.Ordinal) || path.Contains("/dev/udp", StringComparison.Ordinal);
}
