using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace Bartizan.Control.People;

/// <summary>
/// A token that a program shows in a person's place. Its text is shown once; what is kept is its hash. It gives what it says and no more
/// than its person has at that time.
/// </summary>
public sealed record ApiToken
{
    /// <summary>What a token begins with, so that scanners for secrets know it.</summary>
    public const string Prefix = "bzt_";

    /// <summary>Days that one holds at most.</summary>
    public const int MaxDays = 90;

    /// <summary>Tokens of one person.</summary>
    public const int MaxOfPerson = 16;

    /// <summary>Characters of what people call it.</summary>
    public const int MaxLabel = 64;

    private const int SecretBytes = 20;
    private const int IdBytes = 5;
    private const int ChecksumLength = 7;

    /// <summary>What it is listed and revoked by.</summary>
    public required string Id { get; init; }

    /// <summary>Whose it is.</summary>
    public required string Person { get; init; }

    /// <summary>What people call it.</summary>
    public required string Label { get; init; }

    /// <summary>What it gives at most.</summary>
    public required ImmutableArray<Grant> Grants { get; init; }

    /// <summary>SHA-256 of its text.</summary>
    public required byte[] Hash { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>When it ends.</summary>
    public required DateTimeOffset Until { get; init; }

    /// <summary>Makes one, and the text that is shown once.</summary>
    public static (ApiToken Token, string Text) Make(
        string person,
        string label,
        ImmutableArray<Grant> grants,
        DateTimeOffset now,
        TimeSpan holds
    )
    {
        var id = Base32.Write(RandomNumberGenerator.GetBytes(IdBytes)).ToLowerInvariant();
        var body = $"{id}_{Base32.Write(RandomNumberGenerator.GetBytes(SecretBytes)).ToLowerInvariant()}";
        var text = $"{Prefix}{body}{ChecksumOf(body)}";
        var token = new ApiToken
        {
            Id = id,
            Person = person,
            Label = label,
            Grants = grants,
            Hash = HashOf(text),
            Since = now,
            Until = now + holds,
        };
        return (token, text);
    }

    /// <summary>True when a text is well-formed: of what people mistyped nothing is looked up.</summary>
    public static bool IsWellFormed(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Length is > 40 and < 80
            && text.StartsWith(Prefix, StringComparison.Ordinal)
            && text[^ChecksumLength..] == ChecksumOf(text[Prefix.Length..^ChecksumLength]);
    }

    /// <summary>What is kept of a text. It has 160 bits of chance: nothing slows its guessing that they don't.</summary>
    public static byte[] HashOf(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));

    private static string ChecksumOf(string body) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(body)))[..ChecksumLength];
}
