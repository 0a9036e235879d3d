using System.Text.Json;

namespace Bartizan.Gateway.Tools.Schemas;

/// <summary>Reads the vocabulary that a meta-schema declares.</summary>
internal static class SchemaVocabularies
{
    private const string Base = "https://json-schema.org/draft/2020-12/vocab/";

    /// <summary>The vocabulary of documents that name <paramref name="metaSchema"/>; all of it when that declares none.</summary>
    public static SchemaVocabulary Of(JsonElement metaSchema)
    {
        if (
            metaSchema.ValueKind != JsonValueKind.Object
            || !metaSchema.TryGetProperty("$vocabulary", out var declared)
            || declared.ValueKind != JsonValueKind.Object
        )
        {
            return SchemaVocabulary.All;
        }

        var vocabulary = SchemaVocabulary.None;
        foreach (var name in declared.EnumerateObject().Select(p => p.Name))
        {
            vocabulary |= name switch
            {
                Base + "applicator" => SchemaVocabulary.Applicator,
                Base + "validation" => SchemaVocabulary.Validation,
                Base + "unevaluated" => SchemaVocabulary.Unevaluated,
                _ => SchemaVocabulary.None,
            };
        }

        return vocabulary;
    }
}
