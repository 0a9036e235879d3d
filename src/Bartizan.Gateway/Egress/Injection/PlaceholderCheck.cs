using System.Text;
using Bartizan.Core.Manifests;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;

namespace Bartizan.Gateway.Egress.Injection;

/// <summary>
/// Whether a request carries a placeholder where none may be: anywhere but in the place that the value will take, and there only that of
/// this session and credential.
/// </summary>
internal sealed class PlaceholderCheck(PlaceholderBook book, SecretSearches searches)
{
    /// <summary>What is wrong with a placeholder that stands elsewhere.</summary>
    public const string Elsewhere = "a placeholder stands where no rule puts its credential";

    private readonly ISecretSearch _marks = searches([book.Mark]);

    /// <summary>Why a request isn't sent; null when nothing is wrong with it.</summary>
    /// <param name="session">Whose request it is.</param>
    /// <param name="request">The request.</param>
    /// <param name="injected">The credential that will be put into it; null for none.</param>
    public string? Problem(Session session, OutgoingRequest request, CredentialSource? injected)
    {
        if (!book.IsUsed)
        {
            return null;
        }

        var rest = request;
        if (injected is not null && Placing.Take(request, injected.Place) is { } free)
        {
            rest = free.Request;
            var own = book.Of(session, injected.Name);
            if (free.Values.Any(text => Stands(Without(text, own))))
            {
                return $"a placeholder of another session or credential stands in the place of `{injected.Name}`";
            }
        }

        return Stands(TextOf(rest)) || (rest.Body is { } body && IsIn(body.Span)) ? Elsewhere : null;
    }

    /// <summary>Looks through a body that is passed on as it comes.</summary>
    public StreamSearch Along() => new(_marks);

    private bool Stands(string text) => IsIn(Encoding.UTF8.GetBytes(text));

    private bool IsIn(ReadOnlySpan<byte> bytes) => _marks.Find(bytes, unfold: true).Count > 0;

    // As it is, or as the password of Basic, which is how git and curl send a token.
    private static string Without(string text, string? own)
    {
        if (own is null)
        {
            return text;
        }

        var bare = text.Replace(own, "", StringComparison.Ordinal);
        return
            bare.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase)
            && Decoded(bare[6..].Trim()) is { } pair
            && pair.Contains(own, StringComparison.Ordinal)
            ? pair.Replace(own, "", StringComparison.Ordinal)
            : bare;
    }

    private static string? Decoded(string text)
    {
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var length)
            ? Encoding.Latin1.GetString(bytes, 0, length)
            : null;
    }

    private static string TextOf(OutgoingRequest request)
    {
        var text = new StringBuilder($"{request.Method} {request.Path}{request.Query}\n{request.Authority}\n");
        foreach (var field in request.Fields)
        {
            text.Append(field.Name).Append(": ").Append(field.Value).Append('\n');
        }

        return text.ToString();
    }
}
