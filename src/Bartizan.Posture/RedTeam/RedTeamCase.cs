namespace Bartizan.Posture.RedTeam;

/// <summary>A task that is done, and the attack that is read meanwhile.</summary>
/// <param name="Suite">The suite.</param>
/// <param name="Task">The task.</param>
/// <param name="Attack">The attack; null in an honest run.</param>
/// <param name="Wording">How it is put; null in an honest run.</param>
public sealed record RedTeamCase(Suite Suite, SuiteTask Task, SuiteAttack? Attack, Wording? Wording)
{
    /// <summary>Its name: suite, task, attack and wording.</summary>
    public string Name =>
        Attack is null ? $"{Suite.Name}/{Task.Id}" : $"{Suite.Name}/{Task.Id}+{Attack.Id}+{Wording!.Id}";

    /// <summary>The attacker's text; empty in an honest run.</summary>
    public string Injection => Attack is null ? "" : Wording!.Of(Attack);
}
