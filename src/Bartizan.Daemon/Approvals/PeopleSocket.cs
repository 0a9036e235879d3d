using System.Globalization;
using System.Text;
using Bartizan.Client;
using Bartizan.Client.Approvals;
using Bartizan.Client.Erasures;
using Bartizan.Client.Sessions;
using Bartizan.Control;
using Bartizan.Daemon.Erasures;
using Bartizan.Sandbox.Views;

namespace Bartizan.Daemon.Approvals;

/// <summary>
/// The people's socket, where <c>people.yaml</c> names one. Its folder must be the daemon's own, or root's, and nobody else may write to
/// it: who could put another socket in its place could show people another instance's asks.
/// </summary>
internal static class PeopleSocket
{
    // sun_path of unix(7), without its final zero.
    private const int MaxPathBytes = 107;

    /// <summary>Opens it; null when none is named, or when it can't be trusted, and then <paramref name="say"/> hears why.</summary>
    public static async Task<PeopleServer?> OpenAsync(
        StateDirectory state,
        IAskDesk desk,
        Action<string> say,
        CancellationToken cancellationToken
    )
    {
        try
        {
            if (EnrolledPeople.Load(state.Home).Socket is not { } path)
            {
                return null;
            }

            if (FindProblem(path) is { } problem)
            {
                say($"people can't answer from accounts of their own: {problem}");
                return null;
            }

            var list = new EnrolledFile(state.Home);
            return await PeopleServer
                .StartAsync(path, uid => Enrolled(list, uid), new Theirs(desk), cancellationToken)
                .ConfigureAwait(false);
        }
        catch (Exception e) when (e is ControlException or IOException or UnauthorizedAccessException)
        {
            say($"people can't answer from accounts of their own: {e.Message}");
            return null;
        }
    }

    /// <summary>What is wrong with a place for the socket; null when nothing is.</summary>
    public static string? FindProblem(string path)
    {
        // What stands there is replaced: a slip must not delete somebody's file.
        if (
            !Path.IsPathFullyQualified(path)
            || Path.GetFullPath(path) != path
            || !path.EndsWith(".sock", StringComparison.Ordinal)
        )
        {
            return $"the socket `{path}` is no absolute path that ends in `.sock`";
        }

        if (Encoding.UTF8.GetByteCount(path) > MaxPathBytes)
        {
            return string.Create(
                CultureInfo.InvariantCulture,
                $"the socket's path is longer than {MaxPathBytes} bytes, which the kernel doesn't take"
            );
        }

        var folder = Path.GetDirectoryName(path)!;
        return FileOwner.OfFolder(folder) switch
        {
            null => $"there is no folder `{folder}`, or a link leads to it",
            { OthersMayWrite: true } => $"others may write to `{folder}`: make it mode 0755",
            { Uid: not 0 } owner when owner.Uid != People.OwnUid() => $"`{folder}` belongs to another user",
            _ => null,
        };
    }

    // Read anew each time: who is taken off the list is off at once. A list that can't be read names nobody.
    private static string? Enrolled(EnrolledFile list, uint uid)
    {
        try
        {
            var account = People.Name(uid);
            return list.Read().People.ContainsKey(account) ? account : null;
        }
        catch (ControlException)
        {
            return null;
        }
    }

    /// <summary>What the owner sees, less what this person has no part in.</summary>
    private sealed class Theirs(IAskDesk desk) : IAskDesk
    {
        private const int Refused = 4;

        public AsksReply Asks(string person)
        {
            List<AskLine> asks = [.. desk.Asks(person).Asks.Where(ask => ask.WhyNot is null || ask.Person == person)];
            return AskLines.List(asks);
        }

        public AskLine? Ask(string person, string id) =>
            desk.Ask(person, id) is { } ask && (ask.WhyNot is null || ask.Person == person) ? ask : null;

        public Task<AnswerReply> AnswerAllAsync(
            BatchRequest request,
            string person,
            CancellationToken cancellationToken
        ) => desk.AnswerAllAsync(request, person, cancellationToken);

        public StatisticsReply Statistics(string person) =>
            new([.. desk.Statistics(person).People.Where(one => one.Person == person)]);

        public Task<AnswerReply> AnswerAsync(
            AnswerRequest request,
            string person,
            CancellationToken cancellationToken
        ) => desk.AnswerAsync(request, person, cancellationToken);

        public async Task<LabelsReply> LabelsAsync(
            LabelsRequest request,
            string person,
            CancellationToken cancellationToken
        )
        {
            var reply = await desk.LabelsAsync(request, person, cancellationToken).ConfigureAwait(false);
            return reply.WhyNot is { } why && reply.Person != person
                ? throw new ControlException(new ControlProblem(Refused, why))
                : reply;
        }

        public Task<LabelsReply> ClearLabelAsync(
            LabelsRequest request,
            string person,
            CancellationToken cancellationToken
        ) => desk.ClearLabelAsync(request, person, cancellationToken);

        public Task<ErasureReply> EraseAsync(
            ErasureRequest request,
            string person,
            CancellationToken cancellationToken
        ) => desk.EraseAsync(request, person, cancellationToken);
    }
}
