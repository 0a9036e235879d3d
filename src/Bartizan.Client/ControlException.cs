namespace Bartizan.Client;

/// <summary>The control API refused, or could not be reached.</summary>
public sealed class ControlException(ControlProblem problem) : Exception(problem.Error)
{
    /// <summary>What it answered.</summary>
    public ControlProblem Problem { get; } = problem;

    /// <summary>The answer's HTTP status: 401 for nobody who is signed in; 0 when nothing answered.</summary>
    public int Status { get; init; }
}
