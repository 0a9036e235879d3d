using System.Buffers.Text;
using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;

namespace Bartizan.Daemon.Tests.Identity.Attacks;

/// <content>Clients with and without certificates, over real TLS.</content>
public sealed partial class CertificateBoundTests
{
    private static string ThumbprintOf(X509Certificate2 certificate) =>
        Base64Url.EncodeToString(SHA256.HashData(certificate.RawData));

    private static void ShouldBeRefused(JsonObject reply, string word = "invalid_grant")
    {
        reply.ContainsKey("access_token").ShouldBeFalse();
        reply["error"]!.GetValue<string>().ShouldBe(word);
    }

    private HttpClient Client(
        X509Certificate2? certificate,
        SslProtocols protocols = SslProtocols.None,
        Version? version = null
    )
    {
        var made = new HttpClient(
            new SocketsHttpHandler
            {
                UseProxy = false,
                EnableMultipleHttp2Connections = false,
                SslOptions = new SslClientAuthenticationOptions
                {
                    EnabledSslProtocols = protocols,
                    RemoteCertificateValidationCallback = (_, shown, _, _) => shown!.Equals(_served),
                    ClientCertificateContext = certificate is null
                        ? null
                        : SslStreamCertificateContext.Create(certificate, null, offline: true),
                },
            }
        )
        {
            BaseAddress = new Uri(_house.Issuer),
            DefaultRequestVersion = version ?? HttpVersion.Version11,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Timeout = TimeSpan.FromSeconds(30),
        };
        _clients.Add(made);
        return made;
    }

    private async Task<string> BoundAsync(X509Certificate2 certificate)
    {
        var reply = await AskAsync(
            Client(certificate),
            _house.Token(_house.Parent),
            _house.Token(_house.Child),
            to: _house.Issuer
        );
        return reply["access_token"].ShouldNotBeNull(reply.ToJsonString()).GetValue<string>();
    }

    private string CnfOf(JsonObject reply) =>
        _house
            .Verified(reply["access_token"].ShouldNotBeNull(reply.ToJsonString()).GetValue<string>())
            .Claims["cnf"]
            ?.ToJsonString()
        ?? "none";

    private static async Task<JsonObject> AskAsync(
        HttpClient http,
        string subject,
        string? actor = null,
        string? proof = null,
        string to = TokenHouse.Stock,
        params (string Name, string Value)[] headers
    )
    {
        const string Jwt = "urn:ietf:params:oauth:token-type:jwt";
        var form = new Dictionary<string, string>
        {
            ["grant_type"] = "urn:ietf:params:oauth:grant-type:token-exchange",
            ["subject_token"] = subject,
            ["subject_token_type"] = Jwt,
            ["audience"] = to,
        };
        if (actor is not null)
        {
            (form["actor_token"], form["actor_token_type"]) = (actor, Jwt);
        }

        using var request = new HttpRequestMessage(HttpMethod.Post, "/token")
        {
            Content = new FormUrlEncodedContent(form),
            Version = http.DefaultRequestVersion,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        foreach (var (name, value) in proof is null ? headers : [.. headers, ("DPoP", proof)])
        {
            request.Headers.TryAddWithoutValidation(name, value).ShouldBeTrue();
        }

        using var answer = await http.SendAsync(request, TestContext.Current.CancellationToken);
        var reply = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!.AsObject();
        answer.StatusCode.ShouldBe(reply.ContainsKey("error") ? HttpStatusCode.BadRequest : HttpStatusCode.OK);
        return reply;
    }
}
