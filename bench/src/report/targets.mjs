export const renderTargets = () => [];
