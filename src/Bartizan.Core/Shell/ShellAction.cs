using Bartizan.Core.Enforcement;

namespace Bartizan.Core.Shell;

/// <summary>One thing that a script does, as rules judge it.</summary>
/// <param name="Target">What it runs, reads, writes or connects to.</param>
public sealed record ShellAction(ActionTarget Target)
{
    /// <summary>
    /// True for what the script may do, and nobody is sure: a word of an unknown program that is a program's name, a path below a
    /// directory that isn't known. Deny and ask rules that name it count; that no rule allows it doesn't.
    /// </summary>
    public bool IsGuess { get; init; }
}
