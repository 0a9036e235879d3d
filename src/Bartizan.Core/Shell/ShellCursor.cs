namespace Bartizan.Core.Shell;

/// <summary>Where the reading of a script stands, and the problem that ended it.</summary>
internal sealed class ShellCursor(string text)
{
    /// <summary>The script.</summary>
    public string Text => text;

    /// <summary>The next character to read.</summary>
    public int At { get; set; }

    /// <summary>The first problem; null while all is well.</summary>
    public ShellProblem? Problem { get; private set; }

    /// <summary>True when nothing is left.</summary>
    public bool IsAtEnd => At >= text.Length;

    /// <summary>A character ahead; NUL, which no script holds, past the end.</summary>
    public char Peek(int ahead = 0) => At + ahead < text.Length ? text[At + ahead] : '\0';

    /// <summary>True when a word ends before the character so far ahead.</summary>
    public bool EndsWordAt(int ahead) =>
        At + ahead >= text.Length
        || Peek(ahead) is ' ' or '\t' or '\n' or ';' or '&' or '|' or '<' or '>' or '(' or ')';

    /// <summary>Ends the reading.</summary>
    public void Fail(string reason, int position) => Problem ??= new ShellProblem(reason, position);
}
