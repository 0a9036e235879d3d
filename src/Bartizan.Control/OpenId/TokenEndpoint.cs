using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Bartizan.Core.Identity;

namespace Bartizan.Control.OpenId;

/// <summary>
/// Redeems codes at a provider (OpenID Connect Core 1.0, 3.1.3; RFC 6749, 4.1.3; RFC 7636, 4.5). What comes back is bounded in size and
/// time, JSON without repeated names, and from the very address that was asked: a redirect is refused.
/// </summary>
internal sealed class TokenEndpoint(OpenIdTerms terms, HttpMessageInvoker wire, TimeProvider clock)
{
    /// <summary>Bytes of an answer: a few tokens.</summary>
    public const int MaxBytes = 64 << 10;

    private static readonly TimeSpan s_within = TimeSpan.FromSeconds(10);

    private static readonly JsonDocumentOptions s_strict = new() { AllowDuplicateProperties = false, MaxDepth = 16 };

    /// <summary>The tokens of a code.</summary>
    /// <exception cref="OpenIdRefusedException">It gave none.</exception>
    public async Task<(string IdToken, string? AccessToken)> RedeemAsync(
        OpenIdProvider provider,
        string code,
        string verifier,
        Uri callback,
        CancellationToken cancellationToken
    )
    {
        using var limit = new CancellationTokenSource(s_within, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            using var request = Request(provider, code, verifier, callback);
            using var response = await wire.SendAsync(request, either.Token).ConfigureAwait(false);
            if (response.StatusCode != HttpStatusCode.OK)
            {
                throw new OpenIdRefusedException("the provider redeems no such code");
            }

            if (response.Content.Headers.ContentType?.MediaType is not "application/json")
            {
                throw new OpenIdRefusedException("the provider answered with something else than JSON");
            }

            using var document = JsonDocument.Parse(
                await ReadAsync(response, either.Token).ConfigureAwait(false),
                s_strict
            );
            var root = document.RootElement;
            return
                root.ValueKind == JsonValueKind.Object
                && TextOf(root, "id_token") is { Length: > 0 } idToken
                && "Bearer".Equals(TextOf(root, "token_type"), StringComparison.OrdinalIgnoreCase)
                ? (idToken, TextOf(root, "access_token"))
                : throw new OpenIdRefusedException("the provider gave no token that tells who signed in");
        }
        catch (Exception e)
            when (e
                    is HttpRequestException
                        or IOException
                        or JsonException
                        or InvalidOperationException
                        or UnauthorizedAccessException
                || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested)
            )
        {
            throw new OpenIdRefusedException("the provider can't be reached, or its answer can't be read");
        }
    }

    private HttpRequestMessage Request(OpenIdProvider provider, string code, string verifier, Uri callback)
    {
        var form = new Dictionary<string, string>
        {
            ["grant_type"] = "authorization_code",
            ["code"] = code,
            ["redirect_uri"] = callback.OriginalString,
            ["code_verifier"] = verifier,
        };
        var request = new HttpRequestMessage(
            HttpMethod.Post,
            provider.Token ?? throw new OpenIdRefusedException("the provider redeems no codes")
        );
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        var takesBasic = provider.ClientWays.IsDefaultOrEmpty || provider.ClientWays.Contains("client_secret_basic");
        if (terms.Secret is null)
        {
            form["client_id"] = terms.Client;
        }
        else if (takesBasic)
        {
            // RFC 6749, 2.3.1: both are encoded as a form's values first.
            var pair = $"{WebUtility.UrlEncode(terms.Client)}:{WebUtility.UrlEncode(terms.Secret())}";
            request.Headers.Authorization = new AuthenticationHeaderValue(
                "Basic",
                Convert.ToBase64String(Encoding.ASCII.GetBytes(pair))
            );
        }
        else if (provider.ClientWays.Contains("client_secret_post"))
        {
            form["client_id"] = terms.Client;
            form["client_secret"] = terms.Secret();
        }
        else
        {
            throw new OpenIdRefusedException("the provider takes a client's secret in no way that is done here");
        }

        request.Content = new FormUrlEncodedContent(form);
        return request;
    }

    private static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpResponseMessage response, CancellationToken stop)
    {
        var body = await response.Content.ReadAsStreamAsync(stop).ConfigureAwait(false);
        await using (body.ConfigureAwait(false))
        {
            var bytes = new byte[MaxBytes + 1];
            var length = await body.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, stop)
                .ConfigureAwait(false);
            return length <= MaxBytes
                ? bytes.AsMemory(0, length)
                : throw new OpenIdRefusedException("the provider's answer is larger than tokens are");
        }
    }

    private static string? TextOf(JsonElement of, string name) =>
        of.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
