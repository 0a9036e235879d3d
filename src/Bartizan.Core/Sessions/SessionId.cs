using System.Security.Cryptography;

namespace Bartizan.Core.Sessions;

/// <summary>Names one session: <c>s-</c> and 20 characters of Crockford base 32 (100 random bits), lower case.</summary>
public readonly record struct SessionId
{
    private const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
    private const int RandomLength = 20;
    private readonly string? _text;

    private SessionId(string text) => _text = text;

    /// <summary>Makes an id nobody had before.</summary>
    public static SessionId New() => new("s-" + RandomNumberGenerator.GetString(Alphabet, RandomLength));

    /// <summary>Reads an id; anything else than what <see cref="New"/> makes is no id.</summary>
    public static bool TryParse(string? text, out SessionId id)
    {
        var valid =
            text is { Length: RandomLength + 2 }
            && text.StartsWith("s-", StringComparison.Ordinal)
            && !text.AsSpan(2).ContainsAnyExcept(Alphabet);
        id = valid ? new SessionId(text!) : default;
        return valid;
    }

    /// <summary>The id as text; empty for <c>default</c>.</summary>
    public override string ToString() => _text ?? "";
}
