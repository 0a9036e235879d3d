namespace Bartizan.Vault.Providers;

/// <summary>What a provider says of itself, as it may be repeated in a message.</summary>
internal static class ProviderWords
{
    /// <summary>Characters of it that are repeated.</summary>
    public const int MaxWords = 300;

    /// <summary>Its words, where no secret was shown.</summary>
    public static string Shown(string? words) => Of(words);

    /// <summary>Its words, without control characters and no longer than that; where a secret stands in them, none.</summary>
    public static string Of(string? said, params ReadOnlySpan<Secret?> secrets)
    {
        if (string.IsNullOrWhiteSpace(said))
        {
            return "it doesn't say why";
        }

        foreach (var secret in secrets)
        {
            var isIn = false;
            secret?.Use(value =>
                isIn = value.Length > 0 && said.AsSpan().Contains(value.Span, StringComparison.Ordinal)
            );
            if (isIn)
            {
                return "what it says holds the secret that it was shown, and isn't repeated";
            }
        }

        var words = new string([.. said.Trim().Select(c => char.IsControl(c) || char.IsSurrogate(c) ? ' ' : c)]);
        return words[..Math.Min(words.Length, MaxWords)];
    }
}
