using System.Text;

namespace Bartizan.Core.Tests.Shell;

/// <summary>Random scripts: mostly of what shells agree on, with pieces in between that they don't, and with noise.</summary>
internal sealed class ScriptGenerator(int seed)
{
    private const string Noise = "$`'\"\\\n;&|<>(){}[]!#~=*? \t012%^,:@+-";

    // The only programs that random scripts name: stubs, and wrappers that run nothing but what stands in them.
    private static readonly string[] _words =
    [
        "p0",
        "p1",
        "p2",
        "p3",
        "p4",
        "p0",
        "p1",
        "p2",
        "a",
        "b",
        "s0",
        "'x y'",
        "\"x  y\"",
        "\\x",
        "p\\3",
        "'p'4",
        "\"\"",
        "''",
        "a=b",
        "-n",
        "--",
        "x#y",
        "\"it's\"",
        "'\"'",
        "\\'",
        "\"\\\"\"",
        "\"\\$x\"",
        "\"\\a\"",
        "a\\ b",
        "{}",
        "~/f",
        "1",
        "2",
    ];

    private static readonly string[] _joins =
    [
        "&&",
        "||",
        ";",
        "|",
        "\n",
        " && ",
        " || ",
        " ; ",
        " | ",
        "\n\n",
        " &&\n",
        " |\n",
        "\\\n",
        " \\\n ",
        " # a 'b\n",
        "!",
    ];

    private static readonly string[] _redirections =
    [
        "> a",
        ">> a",
        "< b",
        "2> a",
        "2>&1",
        ">&2",
        "1>&2",
        "> 'c d'",
        "2>a",
        ">a",
        "2>> a",
        "0<b",
        "< a > b",
    ];

    private static readonly string[] _wrappers =
    [
        "env",
        "timeout 5",
        "nice -n 3",
        "nice",
        "nohup",
        "stdbuf -o0",
        "command",
        "time",
        "time -p",
        "sh -c",
        "bash -c",
        "dash -c",
        "env CI=1",
        "timeout -k 2 5",
        "builtin",
        "sh -ec",
        "bash -lc",
    ];

    private static readonly string[] _moves =
    [
        "cd s0",
        "cd s0 &&",
        "cd ..",
        "cd s1;",
        "cd",
        "cd -",
        "cd s0 ||",
        "cd nowhere",
        "cd ~",
        "exit",
        "exit 1",
        "true",
        "false",
        "cd -- s0",
    ];

    private static readonly string[] _others =
    [
        "$x",
        "$(p1)",
        "`p2`",
        "X=1",
        "*",
        "?",
        "[",
        "]",
        "(",
        ")",
        "{",
        "}",
        "if",
        "then",
        "fi",
        "eval",
        "exec",
        "<<E",
        ">|",
        "&",
        "&>",
        "|&",
        "3>",
        "~",
        "echo",
        "set",
        "alias",
        "p0=p1",
        "do",
        "!p1",
        "[[",
        "<(p1)",
        "{p1,p2}",
        "p1 >",
        "time",
        ";;",
        "export",
    ];

    private ulong _state = (ulong)seed * 2 + 1;

    public string Next()
    {
        var script = new StringBuilder();
        var commands = 1 + Draw(4);
        for (var i = 0; i < commands; i++)
        {
            script.Append(i == 0 ? "" : Pick(_joins));
            var kind = Draw(100);
            script.Append(
                kind < 12 ? Pick(_moves) + " "
                : kind < 30 ? Wrap() + " "
                : ""
            );
            script.Append(Draw(12) == 0 ? Pick(_words) : $"p{Draw(5)}").Append(' ');
            for (var words = Draw(4); words > 0; words--)
            {
                script.Append(Draw(30) == 0 ? Pick(_others) : Pick(_words)).Append(Draw(6) == 0 ? "" : " ");
            }

            script.Append(Draw(5) == 0 ? Pick(_redirections) : "");
        }

        if (Draw(3) == 0)
        {
            script.Insert(Draw(script.Length + 1), Noise[Draw(Noise.Length)]);
        }

        return script.ToString();
    }

    private string Wrap()
    {
        var wrapper = Pick(_wrappers);
        return wrapper.EndsWith('c')
            ? $"{wrapper} 'p{Draw(5)} {Pick(_words).Replace("'", "", StringComparison.Ordinal)} {Pick(_joins)} p1'"
            : wrapper;
    }

    private string Pick(string[] from) => from[Draw(from.Length)];

    // A linear congruential generator (Knuth's constants): the same seed makes the same scripts everywhere.
    private int Draw(int below)
    {
        _state = (_state * 6364136223846793005) + 1442695040888963407;
        return (int)((_state >> 33) % (ulong)below);
    }
}
