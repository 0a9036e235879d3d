using Bartizan.Core.Manifests;

namespace Bartizan.Core.Policies;

/// <summary>Values whose case doesn't count, in the one case that they are compared in.</summary>
internal static class ArgumentCase
{
    /// <summary>The same demand in small letters.</summary>
    public static ArgumentRule Fold(ArgumentRule rule) =>
        rule with
        {
            AnyCase = false,
            In = [.. rule.In.Select(one => one with { Text = one.Text.ToLowerInvariant() })],
            Glob = rule.Glob?.ToLowerInvariant(),
            File = rule.File?.ToLowerInvariant(),
        };

    /// <summary>Makes a text's letters small.</summary>
    public static void Fold(Span<char> text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            text[i] = char.ToLowerInvariant(text[i]);
        }
    }
}
