namespace Bartizan.Core.Enforcement;

/// <summary>What a decision comes to. The order is the lattice of the design: deny &lt; ask &lt; allow; zero denies.</summary>
public enum Effect
{
    /// <summary>Refused.</summary>
    Deny = 0,

    /// <summary>A person decides.</summary>
    Ask = 1,

    /// <summary>Carried out, with the decision's obligations.</summary>
    Allow = 2,
}
