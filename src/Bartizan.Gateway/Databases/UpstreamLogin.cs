using System.Buffers.Binary;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Bartizan.Core.Manifests;
using Bartizan.Core.Ports;

namespace Bartizan.Gateway.Databases;

/// <summary>
/// Opens a connection to the server and signs in there as a session's role: TLS that verifies the server's name, SCRAM-SHA-256, and nothing
/// weaker: a server that asks for a password in clear or for MD5, or that asks for nothing, isn't talked to.
/// </summary>
internal sealed class UpstreamLogin(ToolDatabase database, DatabaseOptions options)
{
    private const int TlsRequest = 80877103;

    private const int CancelRequest = 80877102;

    private const int Version = 3 << 16;

    /// <summary>Signs in.</summary>
    public async Task<SignedIn> OpenAsync(
        IDatabaseRole role,
        IReadOnlyDictionary<string, string> settings,
        CancellationToken cancellationToken
    )
    {
        var wire = await ConnectAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var body = new WireBody().Int(Version).Text("user").Text(role.Role);
            body.Text("database").Text(database.Database).Text("client_encoding").Text("UTF8");
            foreach (var (name, value) in settings)
            {
                body.Text(name).Text(value);
            }

            SendHeadless(wire, body.Byte(0).Written);
            await wire.FlushAsync(cancellationToken).ConfigureAwait(false);
            await SignInAsync(wire, role, cancellationToken).ConfigureAwait(false);
            return await SettleAsync(wire, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await wire.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Asks the server to stop what a connection is at.</summary>
    public async Task CancelAsync(ReadOnlyMemory<byte> key, CancellationToken cancellationToken)
    {
        var wire = await ConnectAsync(cancellationToken).ConfigureAwait(false);
        await using (wire.ConfigureAwait(false))
        {
            SendHeadless(wire, new WireBody().Int(CancelRequest).Bytes(key.Span).Written);
            await wire.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<WireStream> ConnectAsync(CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        Stream? stream = null;
        try
        {
            await socket.ConnectAsync(database.Host, database.Port, cancellationToken).ConfigureAwait(false);
            stream = new NetworkStream(socket, ownsSocket: true);
            if (database.IsEncrypted)
            {
                stream = await EncryptAsync(stream, cancellationToken).ConfigureAwait(false);
            }

            return new WireStream(stream, options.MaxServerMessageBytes);
        }
        catch
        {
            if (stream is not null)
            {
                await stream.DisposeAsync().ConfigureAwait(false);
            }

            socket.Dispose();
            throw;
        }
    }

    private async Task<Stream> EncryptAsync(Stream stream, CancellationToken cancellationToken)
    {
        var request = new byte[8];
        BinaryPrimitives.WriteInt32BigEndian(request, request.Length);
        BinaryPrimitives.WriteInt32BigEndian(request.AsSpan(4), TlsRequest);
        await stream.WriteAsync(request, cancellationToken).ConfigureAwait(false);
        var answer = new byte[1];
        await stream.ReadExactlyAsync(answer, cancellationToken).ConfigureAwait(false);

        // CVE-2021-23222: read one byte only, so that nothing sent before TLS is taken for what comes through it.
        if (answer[0] != 'S')
        {
            throw new WireBrokenException("the server has no TLS");
        }

        var encrypted = new SslStream(stream, leaveInnerStreamOpen: false);
        var terms = new SslClientAuthenticationOptions { TargetHost = database.Host };
        if (database.CertificateAuthority is { } ca)
        {
            var chain = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
            };
            chain.CustomTrustStore.ImportFromPemFile(ca);
            terms.CertificateChainPolicy = chain;
        }

        await encrypted.AuthenticateAsClientAsync(terms, cancellationToken).ConfigureAwait(false);
        return encrypted;
    }

    private static async Task SignInAsync(WireStream wire, IDatabaseRole role, CancellationToken cancellationToken)
    {
        ScramExchange? exchange = null;
        var isProven = false;
        while (true)
        {
            var message = await NextAsync(wire, cancellationToken).ConfigureAwait(false);
            if (message.Type != 'R')
            {
                throw new WireBrokenException("the server says something else before it knows who asks");
            }

            var (kind, rest) = Read(message.Body);
            switch (kind)
            {
                case 0 when isProven:
                    return;
                case 10 when exchange is null:
                    var offered = Encoding.UTF8.GetString(rest).Split('\0');
                    var channel = offered.Contains(ScramExchange.Bound) ? ChannelOf(wire.Inner) : null;
                    if (!offered.Contains(ScramExchange.Plain) && channel is null)
                    {
                        throw new WireBrokenException("the server knows no SCRAM-SHA-256");
                    }

                    exchange = new ScramExchange(role, channel);
                    var first = Encoding.UTF8.GetBytes(exchange.First);
                    wire.Write(
                        (byte)'p',
                        new WireBody()
                            .Text(channel is null ? ScramExchange.Plain : ScramExchange.Bound)
                            .Int(first.Length)
                            .Bytes(first)
                            .Written
                    );
                    break;
                case 11 when exchange is not null:
                    wire.Write((byte)'p', Encoding.UTF8.GetBytes(exchange.Answer(Encoding.UTF8.GetString(rest))));
                    break;
                case 12 when exchange is not null:
                    exchange.Check(Encoding.UTF8.GetString(rest));
                    isProven = true;
                    break;
                default:
                    throw new WireBrokenException(
                        "the server asks for something else than SCRAM-SHA-256: set `scram-sha-256` in its pg_hba.conf"
                    );
            }

            await wire.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private static (int Kind, byte[] Said) Read(byte[] body)
    {
        var reader = new WireReader(body);
        return (reader.Int(), reader.Rest().ToArray());
    }

    // RFC 5929 section 4: the certificate by the hash of its signature, by SHA-256 where that is weaker. Null where it isn't known.
    private static byte[]? ChannelOf(Stream stream)
    {
        if ((stream as SslStream)?.RemoteCertificate is not { } certificate)
        {
            return null;
        }

        using var known = X509CertificateLoader.LoadCertificate(certificate.GetRawCertData());
        var raw = known.RawData;
        return known.SignatureAlgorithm.FriendlyName?.ToUpperInvariant() switch
        {
            { } name when name.Contains("SHA256") || name.Contains("SHA1") || name.Contains("MD5") => SHA256.HashData(
                raw
            ),
            { } name when name.Contains("SHA384") => SHA384.HashData(raw),
            { } name when name.Contains("SHA512") => SHA512.HashData(raw),
            _ => null,
        };
    }

    private static async Task<SignedIn> SettleAsync(WireStream wire, CancellationToken cancellationToken)
    {
        var said = new List<WireMessage>();
        byte[] key = [];
        while (true)
        {
            var message = await NextAsync(wire, cancellationToken).ConfigureAwait(false);
            switch ((char)message.Type)
            {
                case 'S':
                    said.Add(message);
                    break;
                case 'K':
                    key = message.Body;
                    break;
                case 'N':
                    break;
                case 'Z':
                    return new SignedIn(wire, [.. said], key);
                default:
                    throw new WireBrokenException("the server says what it can't before it is ready");
            }
        }
    }

    private static async Task<WireMessage> NextAsync(WireStream wire, CancellationToken cancellationToken)
    {
        var message =
            await wire.ReadAsync(cancellationToken).ConfigureAwait(false)
            ?? throw new WireBrokenException("the server closed the connection");
        return message.Type == 'E'
            ? throw new WireBrokenException($"the server says: {ErrorText.Of(message.Body).Message}", "08004")
            : message;
    }

    private static void SendHeadless(WireStream wire, ReadOnlySpan<byte> body)
    {
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, body.Length + length.Length);
        wire.WriteRaw(length);
        wire.WriteRaw(body);
    }
}
