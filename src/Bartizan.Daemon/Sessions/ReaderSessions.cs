using Bartizan.Core.Ports;
using Bartizan.Core.Readers;
using Bartizan.Core.Sessions;
using Bartizan.Daemon.Servers;
using Bartizan.Gateway.Model;
using Bartizan.Gateway.Readers;
using Bartizan.Gateway.Tools;

namespace Bartizan.Daemon.Sessions;

/// <summary>
/// Opens the sessions that quarantined readers read in: a session each, with its own id, labels and entries, no token and no sandbox.
/// It ends with the session that it reads for.
/// </summary>
internal sealed class ReaderSessions(Func<Rooms?> roomsOf) : IReadings
{
    /// <summary>The tool gateway's options, with what its readers read with and who runs code.</summary>
    public static ToolGatewayOptions Options(
        ModelGateway models,
        Func<Rooms?> roomsOf,
        Func<Session, IToolPins?> pins
    ) =>
        new()
        {
            Pins = pins,
            Readers = new ReaderGround(models, new ReaderSessions(roomsOf)),
            Code = new CodeRuns(roomsOf),
        };

    /// <inheritdoc/>
    public async Task<IReading> OpenAsync(Session parent, ReaderTerms reader, CancellationToken cancellationToken)
    {
        var rooms = roomsOf() ?? throw new IOException("the instance is starting");
        var served = rooms.Sessions.Get(parent.Id) ?? throw new IOException("the session has ended");
        var (own, control) = Session.OpenFor(parent, SessionId.New());
        var live = new LiveSession(control, rooms.Clock.GetUtcNow(), LiveSession.Reader, served.Tally)
        {
            Authors = served.Authors,
            Places = served.Places,
            Pins = served.Pins,
            Ground = served.Ground,
            Serves = parent.Id,
        };
        if (!rooms.Sessions.Add(live))
        {
            throw new IOException("the instance is going down");
        }

        var reading = new ReaderSession(rooms, live, served);
        try
        {
            await rooms
                .Owner.RecordAsync(
                    own,
                    "preparing",
                    parent.Person,
                    ReaderSession.Says(reader, parent),
                    cancellationToken
                )
                .ConfigureAwait(false);
            rooms.Lender.Share(own.Id, parent.Id);

            // INVARIANT: it is in the hands of the session that it reads for before it reads a byte.
            await served.AddAsync(reading).ConfigureAwait(false);
            await rooms
                .Owner.RecordAsync(own, "running", parent.Person, reader.Source.Text, cancellationToken)
                .ConfigureAwait(false);
            if (!control.Start())
            {
                throw new IOException("the session has ended");
            }

            await rooms.Owner.FollowAsync(live, served, cancellationToken).ConfigureAwait(false);
            return reading;
        }
        catch
        {
            live.KilledBecause ??= "it could not be opened";
            await reading.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }
}
