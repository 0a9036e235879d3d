using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Bartizan.Gateway.Tests.Inbound;

/// <summary>Connections of TLS to one host by one client, one after the other, as who would like to take a session up again.</summary>
internal sealed class TlsTalk(IPEndPoint to) : IDisposable
{
    private readonly CancellationTokenSource _limit = new(TimeSpan.FromMinutes(2));

    /// <summary>Asks once, and reads all that comes back.</summary>
    public async Task<string> AskAsync(X509Certificate2? certificate)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(to, _limit.Token);
        await using var stream = new NetworkStream(socket);
        await using var tls = new SslStream(stream);
        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = "localhost",
                AllowTlsResume = true,
                RemoteCertificateValidationCallback = (_, shown, _, _) => shown!.Subject == "CN=gateway",
                ClientCertificateContext = certificate is null
                    ? null
                    : SslStreamCertificateContext.Create(certificate, null, offline: true),
            },
            _limit.Token
        );
        await tls.WriteAsync(
            "GET /open/a HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n"u8.ToArray(),
            _limit.Token
        );
        using var reader = new StreamReader(tls, Encoding.Latin1);
        return await reader.ReadToEndAsync(_limit.Token);
    }

    public void Dispose() => _limit.Dispose();
}
