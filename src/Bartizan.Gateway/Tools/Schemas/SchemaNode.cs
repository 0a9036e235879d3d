using System.Collections.Immutable;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Bartizan.Gateway.Tools.Schemas;

/// <summary>
/// One schema, read: a field for each keyword that asserts or applies (JSON Schema core and validation 2020-12). References are
/// joined after everything was read, hence the two settable fields; nothing changes afterwards.
/// </summary>
internal sealed class SchemaNode
{
    /// <summary>Its place in its document, for messages.</summary>
    public required string Place { get; init; }

    /// <summary>The resource it stands in; entering it widens the dynamic scope.</summary>
    public required SchemaResource Resource { get; init; }

    /// <summary>For <c>true</c> and <c>false</c>; null for an object.</summary>
    public bool? Boolean { get; init; }

    // core
    public string? Reference { get; init; }
    public SchemaNode? ReferenceTarget { get; set; }
    public string? DynamicReference { get; init; }
    public SchemaNode? DynamicTarget { get; set; }
    public string? DynamicAnchor { get; init; }

    // applicators in place
    public ImmutableArray<SchemaNode> AllOf { get; init; } = [];
    public ImmutableArray<SchemaNode> AnyOf { get; init; } = [];
    public ImmutableArray<SchemaNode> OneOf { get; init; } = [];
    public SchemaNode? Not { get; init; }
    public SchemaNode? If { get; init; }
    public SchemaNode? Then { get; init; }
    public SchemaNode? Else { get; init; }
    public ImmutableDictionary<string, SchemaNode> DependentSchemas { get; init; } = NoNodes;

    // applicators to children
    public ImmutableArray<SchemaNode> PrefixItems { get; init; } = [];
    public SchemaNode? Items { get; init; }
    public SchemaNode? Contains { get; init; }
    public ImmutableDictionary<string, SchemaNode> Properties { get; init; } = NoNodes;
    public ImmutableArray<(Regex Name, SchemaNode Schema)> PatternProperties { get; init; } = [];
    public SchemaNode? AdditionalProperties { get; init; }
    public SchemaNode? PropertyNames { get; init; }
    public SchemaNode? UnevaluatedItems { get; init; }
    public SchemaNode? UnevaluatedProperties { get; init; }

    // assertions
    public JsonKinds? Types { get; init; }
    public ImmutableArray<JsonElement>? Enum { get; init; }
    public JsonElement? Const { get; init; }
    public JsonNumber? MultipleOf { get; init; }
    public JsonNumber? Maximum { get; init; }
    public JsonNumber? ExclusiveMaximum { get; init; }
    public JsonNumber? Minimum { get; init; }
    public JsonNumber? ExclusiveMinimum { get; init; }
    public int? MaxLength { get; init; }
    public int? MinLength { get; init; }
    public Regex? Pattern { get; init; }
    public int? MaxItems { get; init; }
    public int? MinItems { get; init; }
    public bool UniqueItems { get; init; }
    public int? MaxContains { get; init; }
    public int? MinContains { get; init; }
    public int? MaxProperties { get; init; }
    public int? MinProperties { get; init; }
    public ImmutableArray<string> Required { get; init; } = [];
    public ImmutableDictionary<string, ImmutableArray<string>> DependentRequired { get; init; } = NoNames;

    private static ImmutableDictionary<string, SchemaNode> NoNodes =>
        ImmutableDictionary<string, SchemaNode>.Empty.WithComparers(StringComparer.Ordinal);

    private static ImmutableDictionary<string, ImmutableArray<string>> NoNames =>
        ImmutableDictionary<string, ImmutableArray<string>>.Empty.WithComparers(StringComparer.Ordinal);
}
