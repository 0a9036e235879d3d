namespace Bartizan.Gateway.Tools.Schemas;

/// <summary>
/// A schema with an identifier of its own, and what stands in it (JSON Schema core 2020-12, section 4.3.5): what references and the
/// dynamic scope are counted by.
/// </summary>
/// <param name="Id">Its absolute URI, without a fragment.</param>
/// <param name="Place">Its place in its document, as a JSON Pointer.</param>
/// <param name="Document">The document it stands in.</param>
internal sealed record SchemaResource(string Id, string Place, SchemaDocument Document)
{
    /// <summary>What <c>$anchor</c> and <c>$dynamicAnchor</c> name.</summary>
    public Dictionary<string, SchemaNode> Anchors { get; } = new(StringComparer.Ordinal);

    /// <summary>What <c>$dynamicAnchor</c> names.</summary>
    public Dictionary<string, SchemaNode> DynamicAnchors { get; } = new(StringComparer.Ordinal);

    // Two documents may say the same of themselves; the dynamic scope tells them apart.
    public bool Equals(SchemaResource? other) => ReferenceEquals(this, other);

    public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);
}
