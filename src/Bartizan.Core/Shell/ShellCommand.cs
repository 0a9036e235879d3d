using System.Collections.Immutable;

namespace Bartizan.Core.Shell;

/// <summary>One simple command of a script.</summary>
public sealed record ShellCommand
{
    /// <summary>The words; never empty. The first is the program.</summary>
    public required ImmutableArray<ShellWord> Words { get; init; }

    /// <summary>Its redirections to files. Copies of a descriptor (<c>2&gt;&amp;1</c>) are none.</summary>
    public ImmutableArray<ShellRedirection> Redirections { get; init; } = [];

    /// <summary>What joins it to the command before it.</summary>
    public ShellConnector Connector { get; init; }

    /// <summary>True after <c>!</c>.</summary>
    public bool IsNegated { get; init; }

    /// <summary>The directories it may run in.</summary>
    public ShellDirectories Directories { get; init; } = ShellDirectories.Unknown;
}
