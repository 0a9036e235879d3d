namespace Bartizan.Core.Shell;

/// <summary>One word of a command, as the program will receive it, and how it was written.</summary>
/// <param name="Text">The text after quotes, backslashes and <c>~/</c> are resolved.</param>
/// <param name="Position">Where it starts in the script.</param>
public sealed record ShellWord(string Text, int Position)
{
    /// <summary>True when any part was quoted: such a word is no keyword.</summary>
    public bool IsQuoted { get; init; }

    /// <summary>True when it holds an unquoted <c>*</c>, <c>?</c> or <c>[</c>: the shell may put file names in its place.</summary>
    public bool IsPattern { get; init; }
}
