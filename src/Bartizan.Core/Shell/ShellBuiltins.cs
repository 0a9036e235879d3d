using System.Collections.Frozen;

namespace Bartizan.Core.Shell;

/// <summary>Commands that the shell carries out itself, by what can be said of them.</summary>
internal static class ShellBuiltins
{
    // They change what later words mean, or run their arguments: nothing after them can be read.
    private static readonly FrozenSet<string> _opaque = FrozenSet.Create(
        StringComparer.Ordinal,
        [
            ".",
            "source",
            "eval",
            "exec",
            "trap",
            "alias",
            "unalias",
            "set",
            "shopt",
            "setopt",
            "unsetopt",
            "emulate",
            "enable",
            "hash",
            "export",
            "declare",
            "typeset",
            "local",
            "readonly",
            "unset",
            "read",
            "readarray",
            "mapfile",
            "getopts",
            "let",
            "bind",
            "complete",
            "compgen",
            "compopt",
            "fc",
            "history",
            "bg",
            "fg",
            "jobs",
            "disown",
            "suspend",
            "logout",
            "return",
            "break",
            "continue",
            "shift",
            "caller",
            "zmodload",
            "autoload",
            "functions",
            "zle",
            "print",
            "vared",
            "rehash",
            "unhash",
            "sched",
            "integer",
            "float",
            "zcompile",
            "zparseopts",
            "zformat",
            "zstyle",
            "dirs",
            "which-command",
        ]
    );

    // Nothing is run, read or written by them, whatever the words: no rule needs to allow them.
    private static readonly FrozenSet<string> _idle = FrozenSet.Create(
        StringComparer.Ordinal,
        ["true", "false", ":", "exit"]
    );

    private static readonly FrozenSet<string> _other = FrozenSet.Create(
        StringComparer.Ordinal,
        [
            "cd",
            "chdir",
            "pushd",
            "popd",
            "command",
            "builtin",
            "echo",
            "printf",
            "pwd",
            "test",
            "[",
            "type",
            "umask",
            "ulimit",
            "times",
            "wait",
            "kill",
            "time",
        ]
    );

    /// <summary>True when nothing can be said of what follows.</summary>
    public static bool IsOpaque(string name) => _opaque.Contains(name);

    /// <summary>True when it does nothing that a rule could name.</summary>
    public static bool IsIdle(string name) => _idle.Contains(name);

    /// <summary>True when the shell carries it out itself.</summary>
    public static bool Is(string name) => _opaque.Contains(name) || _idle.Contains(name) || _other.Contains(name);

    /// <summary>True when a builtin that is read otherwise evaluates one of its words: <c>test -v 'a[$(id)]'</c>.</summary>
    public static bool Evaluates(ReadOnlySpan<ShellWord> words)
    {
        if (words[0].Text is not ("test" or "[" or "printf" or "wait" or "command" or "type"))
        {
            return false;
        }

        foreach (var word in words[1..])
        {
            if (word.Text is "-v" or "-R" or "-p" && words[0].Text is not "command" and not "type")
            {
                return true;
            }

            if (words[0].Text == "printf" && word.Text.StartsWith("-v", StringComparison.Ordinal))
            {
                return true;
            }
        }

        // bash reads the operands of these as arithmetic in some of its modes, and arithmetic runs what a subscript holds.
        return words[0].Text is "test" or "["
            && words.ToArray().Any(w => w.Text.Contains('[', StringComparison.Ordinal) && w.Text.Length > 1);
    }
}
