using System.Text;
using System.Text.Json;
using Bartizan.Client;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace Bartizan.Control;

/// <summary>
/// Who gets a connection of the people's socket. Accounts that are enrolled and strangers are counted apart, so that no stranger can take
/// the room of somebody who has to answer.
/// </summary>
internal sealed class PeopleGate(Func<uint, string?> enrolled, ConnectionDelegate next)
{
    /// <summary>Connections of enrolled people at once: they are few, and a command holds one for a moment.</summary>
    public const int MaxConnections = 64;

    /// <summary>Connections of strangers at once, each for as long as it takes to tell them; more are closed without a word.</summary>
    public const int MaxStrangers = 16;

    // A close with unread bytes is a reset, which would take the answer away: so a request is awaited, but not for long.
    private static readonly TimeSpan s_strangersWithin = TimeSpan.FromSeconds(1);

    private int _people;
    private int _strangers;

    /// <summary>What strangers are told.</summary>
    public static ControlProblem NotEnrolled { get; } =
        new(4, "you are not enrolled at this instance", "its owner enrols people in `people.yaml`");

    /// <summary>The user id at the other end, as the kernel says; null when it can't be told.</summary>
    public static uint? Peer(IFeatureCollection features) =>
        features.Get<IConnectionSocketFeature>() is { } feature ? PeerCredentials.Of(feature.Socket)?.Uid : null;

    /// <summary>Lets a connection through, or tells a stranger off.</summary>
    public async Task AdmitAsync(ConnectionContext connection)
    {
        var known = Peer(connection.Features) is { } uid && enrolled(uid) is not null;
        try
        {
            if (known && Interlocked.Increment(ref _people) <= MaxConnections)
            {
                await next(connection).ConfigureAwait(false);
            }
            else if (!known && Interlocked.Increment(ref _strangers) <= MaxStrangers)
            {
                await TellAsync(connection).ConfigureAwait(false);
            }
        }
        finally
        {
            _ = known ? Interlocked.Decrement(ref _people) : Interlocked.Decrement(ref _strangers);
        }
    }

    private static async Task TellAsync(ConnectionContext connection)
    {
        using var limit = new CancellationTokenSource(s_strangersWithin);
        try
        {
            var request = await connection.Transport.Input.ReadAsync(limit.Token).ConfigureAwait(false);
            connection.Transport.Input.AdvanceTo(request.Buffer.End);
            var body = JsonSerializer.Serialize(NotEnrolled, Wire.Options);
            await connection
                .Transport.Output.WriteAsync(
                    Encoding.UTF8.GetBytes(
                        $"HTTP/1.1 403 Forbidden\r\ncontent-type: application/json\r\ncontent-length: {Encoding.UTF8.GetByteCount(body)}\r\nconnection: close\r\n\r\n{body}"
                    ),
                    limit.Token
                )
                .ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or ConnectionResetException)
        {
            // Said nothing in time, or is gone: nothing is owed to a stranger.
        }
    }
}
