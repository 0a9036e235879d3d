using System.Text.Json;

namespace Bartizan.Gateway.Tools.Schemas;

/// <summary>
/// The documents that one compilation knows, by URI. Nothing is ever fetched: a reference that leads out of them is an error.
/// </summary>
internal sealed class SchemaLibrary(IReadOnlyDictionary<string, JsonElement> known)
{
    private readonly Dictionary<string, SchemaResource> _resources = new(StringComparer.Ordinal);
    private int _schemas;

    /// <summary>The schemas of a document that are read: reading must end in a moment whoever wrote it.</summary>
    public const int MaxSchemas = 20_000;

    /// <summary>How deep schemas may stand within schemas.</summary>
    public const int MaxDepth = 128;

    /// <summary>Resources that were read and whose references are still to be joined.</summary>
    public Queue<SchemaNode> Unjoined { get; } = new();

    public void Count()
    {
        if (++_schemas > MaxSchemas)
        {
            throw new SchemaException($"there are more than {MaxSchemas} schemas in it");
        }
    }

    public bool TryAdd(SchemaResource resource) => _resources.TryAdd(resource.Id, resource);

    /// <summary>The resource of that URI, without a fragment; null when nobody gave it.</summary>
    public SchemaResource? Find(string id)
    {
        if (_resources.TryGetValue(id, out var found))
        {
            return found;
        }

        if (!known.TryGetValue(id, out var root))
        {
            return null;
        }

        SchemaReader.ReadDocument(this, root, id);
        return _resources.GetValueOrDefault(id);
    }

    /// <summary>The vocabulary of documents that name this meta-schema.</summary>
    public SchemaVocabulary VocabularyOf(string metaSchema) =>
        known.TryGetValue(metaSchema.TrimEnd('#'), out var root) ? SchemaVocabularies.Of(root) : SchemaVocabulary.All;
}
