using System.Text;
using Bartizan.Core.Sessions;

namespace Bartizan.Gateway.Egress;

/// <summary>
/// Steps 1 and 2 for SOCKS5 (RFC 1928, 1929), up to where the tunnel goes; from there it is decided and carried as CONNECT is. In a sandbox
/// the listener is the session, and no credential is asked for; on a shared listener the session's token is the password.
/// <code>
/// 05 n methods   → 05 00 | 05 02 | 05 FF
/// 01 user token  → 01 00 | 01 01          only after 05 02
/// 05 01 00 where → 05 code …
/// </code>
/// </summary>
internal sealed class SocksHandshake(
    EgressWiring wiring,
    EgressConnection connection,
    WireReader reader,
    Session? session
)
{
    /// <summary>The first byte of a connection that speaks it; no method of HTTP begins so.</summary>
    public const byte Version = 5;

    private const byte PasswordVersion = 1;
    private const byte NoCredential = 0;
    private const byte Password = 2;

    private string _problem = "the SOCKS handshake is not complete";
    private ReadOnlyMemory<byte> _answer;

    /// <summary>Whose it is; null until that is known.</summary>
    public SessionId? Id { get; private set; } = session?.Id;

    /// <summary>What is wrong with it, where <see cref="RunAsync"/> gave nothing.</summary>
    public string Problem => _problem;

    /// <summary>The refusal to send then; empty for none.</summary>
    public ReadOnlyMemory<byte> Answer => _answer;

    /// <summary>Where the client wants to go; null when it is refused.</summary>
    public async ValueTask<Destination?> RunAsync(CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(wiring.Options.HeadWithin, wiring.Clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return await GreetAsync(either.Token).ConfigureAwait(false)
                ? await ReadRequestAsync(either.Token).ConfigureAwait(false)
                : null;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            _problem = "the SOCKS handshake came too slowly";
            return null;
        }
    }

    private async ValueTask<bool> GreetAsync(CancellationToken cancellationToken)
    {
        if (!await NeedAsync(2, cancellationToken).ConfigureAwait(false))
        {
            return false;
        }

        var length = 2 + reader.Buffered.Span[1];
        if (!await NeedAsync(length, cancellationToken).ConfigureAwait(false))
        {
            return false;
        }

        var methods = reader.Buffered[2..length];
        var open = session is not null && methods.Span.Contains(NoCredential);
        var password = methods.Span.Contains(Password);
        reader.Advance(length);
        if (open)
        {
            return await SendAsync(SocksReply.NoCredential, cancellationToken).ConfigureAwait(false);
        }

        if (!password)
        {
            return Refuse("SOCKS offers no way to say whose it is that is taken here", SocksReply.NoMethod);
        }

        return await SendAsync(SocksReply.Password, cancellationToken).ConfigureAwait(false)
            && await IdentifyAsync(cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<bool> IdentifyAsync(CancellationToken cancellationToken)
    {
        if (!await NeedAsync(2, cancellationToken).ConfigureAwait(false))
        {
            return false;
        }

        var user = reader.Buffered.Span[1];
        if (!await NeedAsync(3 + user, cancellationToken).ConfigureAwait(false))
        {
            return false;
        }

        var password = reader.Buffered.Span[2 + user];
        var length = 3 + user + password;
        if (!await NeedAsync(length, cancellationToken).ConfigureAwait(false))
        {
            return false;
        }

        var said = Said(reader.Buffered.Span[..length], password);
        reader.Advance(length);
        if (said is null || (session is not null && said != session.Id))
        {
            return Refuse("the proxy credential is missing or is not this session's", SocksReply.WrongPassword);
        }

        Id = said;
        return await SendAsync(SocksReply.Welcome, cancellationToken).ConfigureAwait(false);
    }

    private SessionId? Said(ReadOnlySpan<byte> message, int password)
    {
        Span<char> token = stackalloc char[byte.MaxValue];
        var length = Encoding.Latin1.GetChars(message[^password..], token);
        return message[0] == PasswordVersion ? wiring.Tokens.Verify(token[..length]) : null;
    }

    private async ValueTask<Destination?> ReadRequestAsync(CancellationToken cancellationToken)
    {
        if (!await NeedAsync(SocksRequest.HeadBytes, cancellationToken).ConfigureAwait(false))
        {
            return null;
        }

        var length = SocksRequest.LengthOf(reader.Buffered.Span);
        length = length == 0 ? SocksRequest.HeadBytes : length;
        if (!await NeedAsync(length, cancellationToken).ConfigureAwait(false))
        {
            return null;
        }

        if (!SocksRequest.TryParse(reader.Buffered.Span[..length], out var to, out var reply, out _problem))
        {
            _answer = SocksReply.Message(reply);
        }

        reader.Advance(length);
        return to;
    }

    private bool Refuse(string problem, ReadOnlyMemory<byte> answer)
    {
        (_problem, _answer) = (problem, answer);
        return false;
    }

    private ValueTask<bool> SendAsync(ReadOnlyMemory<byte> answer, CancellationToken cancellationToken) =>
        connection.Client.TrySendAsync(answer, cancellationToken);

    private async ValueTask<bool> NeedAsync(int bytes, CancellationToken cancellationToken)
    {
        while (reader.Buffered.Length < bytes)
        {
            if (!await reader.FillAsync(cancellationToken).ConfigureAwait(false))
            {
                return false;
            }
        }

        return true;
    }
}
