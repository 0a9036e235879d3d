namespace Bartizan.Guards.Sensitive;

/// <summary>One way to write a secret.</summary>
/// <param name="Text">The secret, so written.</param>
/// <param name="IsBackwards">True when its end comes first.</param>
internal readonly record struct SecretForm(string Text, bool IsBackwards = false)
{
    /// <summary>A form that begins where the secret does.</summary>
    public static implicit operator SecretForm(string text) => new(text);
}
