using System.Collections.Immutable;
using Bartizan.Core.Queries;

namespace Bartizan.Core.Manifests;

/// <summary>What one argument of a tool call may be. All that is said must hold.</summary>
public sealed record ArgumentRule
{
    /// <summary>Where it stands in the arguments: <c>region</c>, <c>address.city</c>, <c>to[]</c>, <c>lines[].amount</c>.</summary>
    public required string Path { get; init; }

    /// <summary>The values it may have; empty for no such demand.</summary>
    public ImmutableArray<ArgumentValue> In { get; init; } = [];

    /// <summary>The least number; null for none.</summary>
    public decimal? Least { get; init; }

    /// <summary>The greatest number; null for none.</summary>
    public decimal? Most { get; init; }

    /// <summary>A pattern of text: <c>*</c> stays inside a word, <c>**</c> crosses.</summary>
    public string? Glob { get; init; }

    /// <summary>A pattern of hosts; the value is a host or an http(s) address.</summary>
    public string? Host { get; init; }

    /// <summary>A pattern of canonical paths.</summary>
    public string? File { get; init; }

    /// <summary>Networks, one of which the address must lie in; empty for no such demand.</summary>
    public ImmutableArray<string> Networks { get; init; } = [];

    /// <summary>The longest text, in UTF-16 units, or list, in items; null for none.</summary>
    public int? MaxLength { get; init; }

    /// <summary>What a query in SQL may be; null for no such demand.</summary>
    public SqlTerms? Sql { get; init; }

    /// <summary>What a filter of a document store may hold; null for no such demand.</summary>
    public OperatorTerms? Operators { get; init; }

    /// <summary>What a text that is shown as HTML may hold.</summary>
    public Markup Markup { get; init; }

    /// <summary>
    /// True when whoever reads the value takes another case of its letters for the same: a value that differs in that alone is
    /// unknown, so that nothing is allowed by it and nothing escapes a denial by it.
    /// </summary>
    public bool AnyCase { get; init; }

    /// <summary>True when it may be absent.</summary>
    public bool Optional { get; init; }
}
