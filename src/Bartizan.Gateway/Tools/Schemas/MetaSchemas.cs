using System.Collections.Frozen;
using System.Text.Json;

namespace Bartizan.Gateway.Tools.Schemas;

/// <summary>The meta-schemas that the standard publishes for 2020-12, by their URI.</summary>
public static class MetaSchemas
{
    private static readonly Lazy<FrozenDictionary<string, JsonElement>> s_all = new(Load);

    /// <summary>All of them.</summary>
    public static IReadOnlyDictionary<string, JsonElement> All => s_all.Value;

    private static FrozenDictionary<string, JsonElement> Load()
    {
        using var stream = typeof(MetaSchemas).Assembly.GetManifestResourceStream("draft-2020-12.json")!;
        using var document = JsonDocument.Parse(stream);
        return document.RootElement.EnumerateObject().ToFrozenDictionary(p => p.Name, p => p.Value.Clone());
    }
}
