namespace Bartizan.Core.Manifests;

/// <summary>What guards count.</summary>
internal static partial class ManifestShape
{
    private static Shape.Text DataKind =>
        new("a class of personal data as findings name it, such as `email` or `payment-card`")
        {
            MaxLength = 32,
            Expression = "^[a-z-]+$",
            Problem = text => DataKinds.All.Contains(text) ? null : "is no class of personal data",
        };
}
