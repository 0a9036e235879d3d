using System.Net;
using Bartizan.Client;
using Bartizan.Client.Sessions;

namespace Bartizan.Console.Bench;

/// <summary>Many live sessions, each of which can be refused something.</summary>
internal sealed class Agents : IDisposable
{
    private static readonly TimeSpan s_ttl = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan s_every = TimeSpan.FromMilliseconds(5);

    private readonly List<(AttachReply Attached, HttpClient Client)> _all = [];
    private readonly int[] _refused;

    private Agents(int many) => _refused = new int[many];

    /// <summary>Opens them, and says how far it is.</summary>
    public static async Task<Agents> OpenAsync(
        ControlClient client,
        string manifest,
        int many,
        CancellationToken cancellationToken
    )
    {
        var agents = new Agents(many);
        for (var i = 0; i < many; i++)
        {
            var attached = await client.AttachAsync(
                new AttachRequest
                {
                    Manifest = manifest,
                    Ttl = s_ttl,
                    AcceptUnsandboxed = true,
                },
                cancellationToken
            );
            agents._all.Add((attached, Through(attached)));
            System.Console.Error.Write($"\rsessions opened: {i + 1} of {many}");
        }

        System.Console.Error.WriteLine();
        return agents;
    }

    /// <summary>Has one of them refused a request.</summary>
    /// <returns>The session, how often it was refused by now, and when it had its answer, in milliseconds of the Unix epoch.</returns>
    public async Task<(string Session, int Refused, double Answered)> RefuseAsync(
        int at,
        CancellationToken cancellationToken
    )
    {
        var (attached, client) = _all[at];
        using var answer = await client.GetAsync(new Uri("http://127.0.0.1:9/nothing"), cancellationToken);
        var answered = (TimeProvider.System.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalMilliseconds;
        return answer.StatusCode == HttpStatusCode.Forbidden
            ? (attached.Session, ++_refused[at], answered)
            : throw new InvalidOperationException($"It was answered {answer.StatusCode}, and not refused.");
    }

    /// <summary>Keeps those of odd numbers busy, until it is told to end.</summary>
    /// <returns>How often they were refused.</returns>
    public async Task<int> BusyAsync(CancellationToken cancellationToken)
    {
        var times = 0;
        try
        {
            using var timer = new PeriodicTimer(s_every);
            for (; await timer.WaitForNextTickAsync(cancellationToken); times++)
            {
                using var answer = await _all[((times * 14) + 1) % _all.Count]
                    .Client.GetAsync(new Uri("http://127.0.0.1:9/others"), cancellationToken);
            }
        }
        catch (OperationCanceledException)
        {
            return times;
        }

        return times;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var (_, client) in _all)
        {
            client.Dispose();
        }
    }

    private static HttpClient Through(AttachReply attached) =>
        new(
            new SocketsHttpHandler
            {
                Proxy = new WebProxy(attached.Endpoints.Egress)
                {
                    Credentials = new NetworkCredential("session", attached.Token),
                },
            }
        )
        {
            Timeout = TimeSpan.FromSeconds(30),
        };
}
