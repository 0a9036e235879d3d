using System.Collections.Immutable;

namespace Bartizan.Core.Shell;

/// <summary>A program's model as its file has it.</summary>
internal sealed record ProgramText
{
    /// <summary>Its names; empty for a subcommand.</summary>
    public ImmutableArray<string> Names { get; init; } = [];

    /// <summary><c>gnu</c>: anywhere, clusters, abbreviations; <c>posix</c>: flags first; <c>words</c>: <c>-name</c> is one.</summary>
    public string Options { get; init; } = "";

    /// <summary>Flags divided by spaces, the names of one by <c>|</c>: role of the value and effects.</summary>
    public ImmutableDictionary<string, string> Flags { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Roles of the operands; one with <c>*</c> may repeat.</summary>
    public string Operands { get; init; } = "";

    /// <summary>Subcommands, several names divided by <c>|</c>.</summary>
    public ImmutableDictionary<string, ProgramText> Subcommands { get; init; } =
        ImmutableDictionary<string, ProgramText>.Empty;

    /// <summary>True when <c>-12</c> is a number.</summary>
    public bool Numbers { get; init; }

    /// <summary>True when no argument can make it run or write anything: file names may come from a pattern.</summary>
    public bool Patterns { get; init; }

    /// <summary>True when it runs what it reads from its input, unless an operand names a file.</summary>
    public bool RunsInput { get; init; }

    /// <summary>Why it is at best asked whatever the arguments.</summary>
    public string? Ask { get; init; }

    /// <summary>Why it is at best asked in another directory than the script's first.</summary>
    public string? AskElsewhere { get; init; }
}
