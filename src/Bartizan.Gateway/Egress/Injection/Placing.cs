using System.Text;
using Bartizan.Core.Manifests;

namespace Bartizan.Gateway.Egress.Injection;

/// <summary>
/// Puts a credential into the one place of a request that its manifest names. What the agent sent there is replaced, in every spelling
/// that some server takes for that place; a request in which it isn't clear where that is isn't sent. Pure, and the last thing that
/// happens to a request.
/// <code>
/// granted request ─ value fits the place ─ what stands there is taken out ─ value is encoded for it ─ request to send
/// </code>
/// </summary>
internal static class Placing
{
    /// <summary>The longest body that a credential is put into, or that is signed.</summary>
    public const int MaxBodyBytes = 1 << 20;

    private const string Authorization = "Authorization";

    /// <summary>True when the body has to be there whole.</summary>
    public static bool NeedsBody(CredentialPlace place) =>
        place.Surface is CredentialSurface.Json or CredentialSurface.Form or CredentialSurface.SigV4;

    /// <summary>The request with the value in its place.</summary>
    public static Injected Put(
        OutgoingRequest request,
        CredentialPlace place,
        ReadOnlySpan<char> value,
        DateTimeOffset now,
        MadeKey? made = null
    )
    {
        if (value.IsEmpty || value.ContainsAnyExceptInRange(' ', '~'))
        {
            return Injected.No("the credential is empty, or holds characters that no request can carry in its place");
        }

        return place.Surface switch
        {
            CredentialSurface.Bearer => request.With(Authorization, $"Bearer {value}"),
            CredentialSurface.Basic => request.With(Authorization, $"Basic {Encoded($"{place.Name}:{value}")}"),
            CredentialSurface.Header => request.With(place.Name, value.ToString()),
            CredentialSurface.Query => QueryPlace.Put(request, place.Name, value),
            CredentialSurface.Form => FormPlace.Put(request, place.Name, value),
            CredentialSurface.Json => JsonPlace.Put(request, place.Name, value),
            CredentialSurface.SigV4 => SigV4.Sign(request, place, value, now, made),
            _ => Injected.No("its credential has no place"),
        };
    }

    /// <summary>
    /// What the agent sent in that place, and the request without it: the rest is what it sends elsewhere. Null for a request in which the
    /// place isn't clear.
    /// </summary>
    public static Taken? Take(OutgoingRequest request, CredentialPlace place)
    {
        var header = place.Surface switch
        {
            CredentialSurface.Bearer or CredentialSurface.Basic or CredentialSurface.SigV4 => Authorization,
            CredentialSurface.Header => place.Name,
            _ => null,
        };
        if (header is not null)
        {
            var taken = request.Fields.Where(f => OutgoingRequest.IsNamed(f.Name, header)).Select(f => f.Value);
            return new Taken(request.Without(header), [.. taken]);
        }

        return place.Surface switch
        {
            CredentialSurface.Query => QueryPlace.Take(request, place.Name),
            CredentialSurface.Form => FormPlace.Take(request, place.Name),
            CredentialSurface.Json => JsonPlace.Take(request, place.Name),
            _ => null,
        };
    }

    private static string Encoded(string text) => Convert.ToBase64String(Encoding.ASCII.GetBytes(text));
}
