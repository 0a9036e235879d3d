using System.Collections.Immutable;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Bartizan.Core.Manifests;

namespace Bartizan.Gateway.Tests.Egress.Intercepted;

/// <summary>A house that looks into TLS, a real https server outside it, and clients that trust what they should.</summary>
internal sealed class InterceptedHouse : IAsyncDisposable
{
    public const string Host = "api.example";

    private InterceptedHouse(EgressHouse house, TestAuthority inside, TestAuthority outside, SecureServer? server)
    {
        (House, Inside, Outside, Server) = (house, inside, outside, server);
    }

    public EgressHouse House { get; }

    public TestAuthority Inside { get; }

    public TestAuthority Outside { get; }

    public SecureServer? Server { get; }

    public static async Task<InterceptedHouse> OpenAsync(
        string[] rules,
        Func<TestAuthority, Task<SecureServer>>? serve = null,
        GuardTerms? guards = null,
        bool trusts = true,
        bool keepsCookies = false,
        HostTerms? terms = null,
        params CredentialSource[] credentials
    )
    {
        var (inside, outside) = (new TestAuthority("Inside"), new TestAuthority("Outside"));
        var server = serve is null ? await SecureServer.StartAsync(outside.Sign(Host)) : await serve(outside);
        var hosts = trusts
            ? ImmutableDictionary<string, HostTerms>.Empty.Add(
                Host,
                (terms ?? new HostTerms()) with
                {
                    CertificateAuthority = outside.File,
                    KeepsCookies = keepsCookies,
                }
            )
            : [];
        var house = new EgressHouse(inside, hosts, guards, rules, credentials);
        house.Network.Name(Host, TestNetwork.Public.ToString());
        house.Network.Behind(TestNetwork.Public, server.Address);
        return new InterceptedHouse(house, inside, outside, server);
    }

    /// <summary>The framework's own client, through the proxy, which trusts the authority that the sandbox is given.</summary>
    public HttpClient Client(Version? version = null) =>
        new(
            new SocketsHttpHandler
            {
                Proxy = new WebProxy($"http://{House.ProxyAddress}"),
                AllowAutoRedirect = false,
                UseCookies = false,
                SslOptions = new SslClientAuthenticationOptions
                {
                    TargetHost = Host,
                    RemoteCertificateValidationCallback = (_, one, _, errors) => Inside.Vouches(one, errors),
                },
            }
        )
        {
            DefaultRequestVersion = version ?? HttpVersion.Version11,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };

    /// <summary>TLS through a tunnel, byte by byte.</summary>
    public async Task<SslStream> RawAsync(string to = $"{Host}:443", string? name = null)
    {
        var wire = await House.TunnelAsync(to);
        return await SpeakAsync(wire.Socket, name ?? Host);
    }

    public async Task<SslStream> SpeakAsync(Socket socket, string name)
    {
        var stream = new SslStream(new NetworkStream(socket, ownsSocket: true));
        await stream
            .AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = name,
                    RemoteCertificateValidationCallback = (_, one, _, errors) => Inside.Vouches(one, errors),
                }
            )
            .Soon();
        return stream;
    }

    /// <summary>Sends bytes over TLS and reads what comes back, to its end; empty for a reset.</summary>
    public async Task<string> AskAsync(string request)
    {
        await using var stream = await RawAsync();
        await stream.WriteAsync(System.Text.Encoding.Latin1.GetBytes(request)).AsTask().Soon();
        var answer = new MemoryStream();
        try
        {
            await stream.CopyToAsync(answer).Soon();
        }
        catch (IOException)
        {
            // Reset.
        }

        return System.Text.Encoding.Latin1.GetString(answer.ToArray());
    }

    public async ValueTask DisposeAsync()
    {
        await House.DisposeAsync();
        if (Server is not null)
        {
            await Server.DisposeAsync();
        }

        Inside.Dispose();
        Outside.Dispose();
    }
}
