using Bartizan.Client.Approvals;

namespace Bartizan.Daemon.Approvals;

/// <summary>
/// How people answer: how many an hour, how soon, how often yes. Who says yes to forty asks an hour after two seconds each reads none of
/// them; that is seen here, and each answer's entry carries its own numbers.
/// </summary>
internal sealed class AnswerStatistics
{
    /// <summary>Answers that are remembered; the log has them all.</summary>
    public const int MaxAnswers = 4096;

    private static readonly TimeSpan s_hour = TimeSpan.FromHours(1);

    private readonly Lock _lock = new();
    private readonly Queue<Answered> _answers = new();

    /// <summary>Takes one answer in; how many this person gave within the hour, this one included.</summary>
    public int Add(string account, DateTimeOffset at, TimeSpan took, bool granted)
    {
        lock (_lock)
        {
            _answers.Enqueue(new Answered(account, at, took, granted));
            if (_answers.Count > MaxAnswers)
            {
                _answers.Dequeue();
            }

            return _answers.Count(one => one.Account == account && one.At > at - s_hour);
        }
    }

    /// <summary>Each person's numbers.</summary>
    public StatisticsReply Read(DateTimeOffset now)
    {
        List<Answered> answers;
        lock (_lock)
        {
            answers = [.. _answers];
        }

        return new StatisticsReply([
            .. answers
                .GroupBy(one => one.Account, StringComparer.Ordinal)
                .OrderBy(person => person.Key, StringComparer.Ordinal)
                .Select(person =>
                {
                    var seconds = person.Select(one => one.Took.TotalSeconds).Order().ToList();
                    return new PersonLine(
                        person.Key,
                        person.Count(),
                        person.Count(one => one.Granted),
                        person.Count(one => one.At > now - s_hour),
                        seconds[seconds.Count / 2],
                        seconds[0]
                    );
                }),
        ]);
    }

    private sealed record Answered(string Account, DateTimeOffset At, TimeSpan Took, bool Granted);
}
