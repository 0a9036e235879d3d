using System.Collections.Immutable;

namespace Bartizan.Core.Shell;

/// <summary>
/// A script of the small subset that means the same to bash, dash and zsh: simple commands of literal words, joined by
/// <c>&amp;&amp;</c>, <c>||</c>, <c>;</c>, <c>|</c> and new lines, with redirections to literal paths. Whatever else it holds makes
/// it opaque, with a reason and a position: it is never guessed at.
/// </summary>
/// <remarks>The commands of an opaque script are those that were read before the problem; they are no list of what will run.</remarks>
public sealed record ShellScript
{
    /// <summary>Characters of a script. Longer ones are opaque: nobody reads them before saying yes.</summary>
    public const int MaxLength = 8192;

    /// <summary>Commands of a script, those of scripts within it included. More make it opaque.</summary>
    public const int MaxCommands = 20;

    /// <summary>The text as it came.</summary>
    public required string Text { get; init; }

    /// <summary>The commands in their order.</summary>
    public ImmutableArray<ShellCommand> Commands { get; init; } = [];

    /// <summary>Why it can't be read; null when it can.</summary>
    public ShellProblem? Problem { get; init; }

    /// <summary>Reads a script.</summary>
    /// <param name="text">The script.</param>
    /// <param name="directory">The directory it starts in, absolute; null when unknown.</param>
    /// <param name="home">What <c>~</c> stands for; null makes a script that uses it opaque.</param>
    public static ShellScript Parse(string text, string? directory, string? home)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length > MaxLength)
        {
            return new ShellScript
            {
                Text = text,
                Problem = new ShellProblem($"is longer than {MaxLength} characters", MaxLength),
            };
        }

        if (ShellCharacters.FindRefused(text) is { } refused)
        {
            return new ShellScript { Text = text, Problem = refused };
        }

        var (commands, problem) = new ShellParser(new ShellCursor(text), home).Parse();
        var start = directory is null ? ShellDirectories.Unknown : ShellDirectories.Of(directory);
        return new ShellScript
        {
            Text = text,
            Commands = ShellFlow.Follow(commands, start, home),
            Problem = problem,
        };
    }
}
