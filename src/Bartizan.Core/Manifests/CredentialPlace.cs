using System.Collections.Frozen;

namespace Bartizan.Core.Manifests;

/// <summary>Where a credential goes in a request that the egress proxy carries out for the agent.</summary>
/// <param name="Surface">The part of the request.</param>
/// <param name="Name">The header, user, parameter, pointer or field; empty for <c>bearer</c> and <c>sigv4</c>.</param>
public sealed record CredentialPlace(CredentialSurface Surface, string Name = "")
{
    /// <summary>The deepest JSON pointer; the parser reads no deeper.</summary>
    public const int MaxDepth = 32;

    // What frames or routes a request isn't a place for a credential; a value there would make another request of it.
    private static readonly FrozenSet<string> Framing = FrozenSet.ToFrozenSet(
        [
            "Accept-Encoding",
            "Connection",
            "Content-Encoding",
            "Content-Length",
            "Content-Type",
            "Cookie",
            "Expect",
            "Forwarded",
            "Host",
            "Keep-Alive",
            "Proxy-Authorization",
            "Proxy-Connection",
            "Range",
            "TE",
            "Trailer",
            "Transfer-Encoding",
            "Upgrade",
            "Via",
        ],
        StringComparer.OrdinalIgnoreCase
    );

    /// <summary>By this name the id stands beside a key that is made.</summary>
    public const string KeyIdPart = "AccessKeyId";

    /// <summary>By this name the session's token stands beside a key that is made.</summary>
    public const string KeyTokenPart = "SessionToken";

    /// <summary>A bearer token: what is meant where nothing is said.</summary>
    public static CredentialPlace Bearer { get; } = new(CredentialSurface.Bearer);

    /// <summary>The region that a signature is for.</summary>
    public string Region { get; init; } = "";

    /// <summary>The service that a signature is for.</summary>
    public string Service { get; init; } = "";

    /// <summary>The id of the key that signs; no secret. Empty where the key is made, and its id with it.</summary>
    public string AccessKey { get; init; } = "";

    /// <summary>It in one line, for messages and comparisons.</summary>
    public string Canonical =>
        Surface switch
        {
            CredentialSurface.Bearer => "bearer",
            CredentialSurface.SigV4 => $"sigv4 {AccessKey} {Region} {Service}",
            _ => $"{Surface.ToString().ToLowerInvariant()} {Name}",
        };

    /// <summary>What is wrong with a header's name, to follow it in a sentence; null when nothing is.</summary>
    public static string? HeaderProblem(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_') ? "is no header's name"
            : Framing.Contains(name.Replace('_', '-')) ? "frames or routes the request, or is kept for the connection"
            : null;
    }

    /// <summary>What is wrong with a JSON pointer (RFC 6901), to follow it in a sentence; null when nothing is.</summary>
    public static string? PointerProblem(string pointer)
    {
        ArgumentNullException.ThrowIfNull(pointer);
        if (!pointer.StartsWith('/') || pointer.Count(c => c == '/') > MaxDepth)
        {
            return $"is no JSON pointer such as `/auth/token` of at most {MaxDepth} steps";
        }

        for (var at = pointer.IndexOf('~', StringComparison.Ordinal); at >= 0; at = pointer.IndexOf('~', at + 1))
        {
            if (at + 1 == pointer.Length || pointer[at + 1] is not ('0' or '1'))
            {
                return "holds a `~` that is neither `~0` nor `~1`";
            }
        }

        return null;
    }
}
