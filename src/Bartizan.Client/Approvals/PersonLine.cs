namespace Bartizan.Client.Approvals;

/// <summary>How one person answered.</summary>
/// <param name="Person">The account.</param>
/// <param name="Answers">How many asks.</param>
/// <param name="Granted">How many of them with yes.</param>
/// <param name="LastHour">How many in the last hour.</param>
/// <param name="MedianSeconds">How long an ask had waited, in the middle.</param>
/// <param name="FastestSeconds">The shortest.</param>
public sealed record PersonLine(
    string Person,
    int Answers,
    int Granted,
    int LastHour,
    double MedianSeconds,
    double FastestSeconds
);
