using System.Collections.Immutable;

namespace Bartizan.Sandbox.Programs;

/// <summary>A program, what it needs to run, and how it is called inside.</summary>
public sealed record FoundProgram
{
    /// <summary>The absolute path inside that is executed.</summary>
    public required string Executable { get; init; }

    /// <summary>The real host file behind it.</summary>
    public required string RealPath { get; init; }

    /// <summary>What has to be mounted, read-only, at the paths the host has it at; empty for a program of the system.</summary>
    public ImmutableArray<Mount> Mounts { get; init; } = [];

    /// <summary>PATH inside.</summary>
    public required string SearchPath { get; init; }

    /// <summary>Variables the program needs to find its runtime (<c>DOTNET_ROOT</c>).</summary>
    public ImmutableDictionary<string, string> Variables { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>For the receipt: <c>program claude (@anthropic-ai/claude-code)</c>, <c>interpreter node</c>.</summary>
    public ImmutableArray<string> Names { get; init; } = [];
}
