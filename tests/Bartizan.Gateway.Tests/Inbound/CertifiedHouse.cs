using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Bartizan.Gateway.Inbound;
using Bartizan.Gateway.Tests.Tools;

namespace Bartizan.Gateway.Tests.Inbound;

/// <summary>An inbound gateway behind TLS that asks for certificates, and callers who show some.</summary>
internal sealed class CertifiedHouse : IAsyncDisposable
{
    /// <summary>Who is known: `web` by a name, `mesh` by an address, `post` by a mailbox.</summary>
    public const string Names = """
                web: "dns:web.example"
                mesh: "uri:spiffe://example.com/mesh"
                post: "email:post@example.com"
        """;

    private readonly List<IDisposable> _made = [];
    private readonly X509Certificate2 _served;

    private CertifiedHouse()
    {
        _served = MadeAuthority.SignItself(
            new MadeCertificate
            {
                Subject = "CN=gateway",
                Use = MadeAuthority.ServerUse,
                Names = [MadeAuthority.Dns("localhost")],
            }
        );
        Authorities = CallerAuthorities.Read(Authority.Pem);
    }

    public MadeAuthority Authority { get; } = new();

    /// <summary>Who vouches now; null while nobody can be read.</summary>
    public CallerAuthorities? Authorities { get; set; }

    public StandingClock Clock { get; } = new();

    public InboundHouse House { get; private set; } = null!;

    public static async Task<CertifiedHouse> StartAsync(
        string names = Names,
        string callers = "",
        string serve = "",
        Func<InboundOptions, InboundOptions>? with = null
    )
    {
        var made = new CertifiedHouse();
        made.House = await InboundHouse.StartAsync(
            serve: $"  tls: {{ certificate: a.pem, key: b.pem }}\n{serve}",
            callers: $"    mtls:\n      ca: clients.pem\n      names:\n{names}\n{callers}",
            with: options =>
            {
                var own = options with
                {
                    Certificate = () => SslStreamCertificateContext.Create(made._served, null, offline: true),
                    Authorities = () => made.Authorities,
                };
                return with is null ? own : with(own);
            },
            clock: made.Clock
        );
        return made;
    }

    /// <summary>A client's certificate by the authority that counts, with this name of DNS.</summary>
    public X509Certificate2 Of(string name = "web.example") =>
        Authority.Sign(new MadeCertificate { Names = [MadeAuthority.Dns(name)] });

    /// <summary>Somebody who shows a certificate, or none, on every connection.</summary>
    public HttpMessageInvoker Caller(
        X509Certificate2? certificate,
        X509Certificate2Collection? between = null,
        SslProtocols protocols = SslProtocols.None
    )
    {
        var made = new HttpMessageInvoker(
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
                        : SslStreamCertificateContext.Create(certificate, between, offline: true),
                },
            }
        );
        _made.Add(made);
        return made;
    }

    public async Task<HttpResponseMessage> AskAsync(
        HttpMessageInvoker caller,
        Version? version = null,
        Action<HttpRequestMessage>? with = null
    )
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"https://{House.EndPoint}/ask"))
        {
            Content = new StringContent("""{"text":"hello"}""", Encoding.UTF8, "application/json"),
            Version = version ?? HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        with?.Invoke(request);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        return await caller.SendAsync(request, limit.Token);
    }

    public async Task<HttpStatusCode> StatusAsync(
        X509Certificate2? certificate,
        X509Certificate2Collection? between = null,
        Version? version = null
    )
    {
        using var answer = await AskAsync(Caller(certificate, between), version);
        return answer.StatusCode;
    }

    /// <summary>Who shows it is nobody, for this reason, and the agent hears of nothing.</summary>
    public async Task ShouldRefuseAsync(
        X509Certificate2? certificate,
        string why,
        X509Certificate2Collection? between = null
    )
    {
        (await StatusAsync(certificate, between)).ShouldBe(HttpStatusCode.Unauthorized);
        await House.Journal.Entries.WaitForAsync(entry =>
            entry.Reason?.Contains(why, StringComparison.Ordinal) == true
        );
        House.Agent.Requests.ShouldBeEmpty();
        House.Served.ShouldBeEmpty();
    }

    public async ValueTask DisposeAsync()
    {
        _made.ForEach(one => one.Dispose());
        await House.DisposeAsync();
        Authority.Dispose();
        _served.Dispose();
    }
}
