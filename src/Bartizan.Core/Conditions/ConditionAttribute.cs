namespace Bartizan.Core.Conditions;

/// <summary>An attribute that conditions may name: <c>user.region</c>.</summary>
/// <param name="Root">What it is an attribute of; never <see cref="AttributeRoot.Args"/>, whose names the caller chooses.</param>
/// <param name="Name">Its name, a CEL identifier.</param>
/// <param name="Type">Its type.</param>
public sealed record ConditionAttribute(AttributeRoot Root, string Name, ConditionType Type)
{
    /// <summary>The attribute as a condition writes it.</summary>
    public override string ToString() => $"{ConditionSchema.WordOf(Root)}.{Name}";
}
