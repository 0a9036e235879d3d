using System.Net;
using System.Net.Http.Headers;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;
using Bartizan.Core.Ports;
using Bartizan.Gateway.Transport;
using Microsoft.AspNetCore.Http;

namespace Bartizan.Gateway.Model;

/// <summary>Makes what is sent to an upstream: the agent's request, with the credential in place of the token.</summary>
internal sealed class UpstreamRequests(ICredentialLender lender)
{
    private static readonly UriCreationOptions AsWritten = new()
    {
        DangerousDisablePathAndQueryCanonicalization = true,
    };

    /// <summary>Makes the request of one try.</summary>
    public async ValueTask<HttpRequestMessage> BuildAsync(
        HttpContext context,
        ModelCall call,
        Uri address,
        Passage passage,
        CancellationToken cancellationToken
    )
    {
        var upstream = call.Upstream!;
        var request = new HttpRequestMessage(new HttpMethod(context.Request.Method), AddressOf(address, call.Route))
        {
            // By ALPN over TLS; h2 without TLS and h3 are not taken.
            Version = address.Scheme == Uri.UriSchemeHttps ? HttpVersion.Version20 : HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
            Content = HttpMethods.IsPost(context.Request.Method) ? new ReadOnlyMemoryContent(call.Sent) : null,
        };
        PassedHeaders.CopyToUpstream(context.Request.Headers, request, call.Token);
        if ((passage.Obligations.Credential ?? upstream.Credential) is { } name)
        {
            using var lease = await lender
                .LendAsync(call.Session.Id, name, address, cancellationToken)
                .ConfigureAwait(false);
            passage.Uses(lease.Handle);
            lease.Apply(secret => Inject(secret, upstream.Api, request.Headers));
        }

        return request;
    }

    private static void Inject(ReadOnlyMemory<char> secret, ModelApi api, HttpRequestHeaders headers)
    {
        if (api == ModelApi.Anthropic)
        {
            headers.TryAddWithoutValidation("x-api-key", secret.ToString());
        }
        else if (api == ModelApi.Gemini)
        {
            headers.TryAddWithoutValidation(PresentedToken.GoogleHeader, secret.ToString());
        }
        else
        {
            headers.TryAddWithoutValidation("authorization", $"Bearer {secret}");
        }
    }

    private static Uri AddressOf(Uri address, ModelRoute route)
    {
        var origin = address.GetLeftPart(UriPartial.Authority);
        var basePath = address.AbsolutePath.AsSpan().TrimEnd('/');
        var version = route.Api == ModelApi.Gemini ? "/v1beta" : "/v1";
        var path = basePath.EndsWith(version, StringComparison.Ordinal)
            ? route.Path.AsSpan(version.Length)
            : route.Path;
        return new Uri(string.Concat(origin, basePath, path, route.Query), in AsWritten);
    }
}
