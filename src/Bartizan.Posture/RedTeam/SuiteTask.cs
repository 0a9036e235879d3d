using System.Collections.Immutable;

namespace Bartizan.Posture.RedTeam;

/// <summary>Something that a user wants done, and the calls with which a good model does it.</summary>
/// <param name="Id">Its name within the suite.</param>
/// <param name="Says">What the user types.</param>
/// <param name="Steps">The calls, in order.</param>
public sealed record SuiteTask(string Id, string Says, ImmutableArray<SuiteStep> Steps);
