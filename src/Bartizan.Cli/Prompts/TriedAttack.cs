using Bartizan.Posture.Prompts;

namespace Bartizan.Cli.Prompts;

/// <summary>How one attack on a prompt ended.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Family">Of what kind it is.</param>
/// <param name="Goal">What it was after.</param>
/// <param name="End">How it ended.</param>
/// <param name="Why">Why it wasn't tested, if so.</param>
internal sealed record TriedAttack(string Name, string Family, PromptAttackGoal Goal, TrialEnd End, string? Why);
